//! Light checks of the formats that tools declare.

/// What is wrong with a string of this format; `None` when nothing is, or the format is unknown.
pub(super) fn fits(format: &str, text: &str) -> Option<Result<(), &'static str>> {
    let (fits, wanted) = match format {
        "date" => (is_date(text), "a date such as 2026-11-22"),
        "date-time" => (is_date_time(text), "a date and time such as 2026-11-22T10:00:00Z"),
        "email" => (is_email(text), "an email address"),
        "uri" => (is_uri(text), "a URI such as https://example.com"),
        _ => return None,
    };
    Some(if fits { Ok(()) } else { Err(wanted) })
}

/// Something on both sides of the last `@` and no white space; more would refuse real addresses.
fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A scheme, a colon and no white space.
fn is_uri(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let parsed = (
        year.and_then(|text| digits(text, 4)),
        month.and_then(|text| digits(text, 2)),
        day.and_then(|text| digits(text, 2)),
    );
    let (Some(year), Some(month), Some(day)) = parsed else { return false };
    parts.next().is_none() && (1..=days_in(year, month)).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    let Some(start) = time.find(['Z', 'z', '+', '-']) else { return false };
    let (time, offset) = time.split_at(start);
    is_date(date) && is_time(time) && is_offset(offset)
}

fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fraction_fits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    // 60 is a leap second.
    fraction_fits && is_clock(whole, &[23, 59, 60])
}

fn is_offset(text: &str) -> bool {
    matches!(text, "Z" | "z")
        || text.strip_prefix(['+', '-']).is_some_and(|clock| is_clock(clock, &[23, 59]))
}

/// Two digits a part, each at most its limit.
fn is_clock(text: &str, limits: &[u16]) -> bool {
    text.split(':').count() == limits.len()
        && text
            .split(':')
            .zip(limits)
            .all(|(part, limit)| digits(part, 2).is_some_and(|number| number <= *limit))
}

fn digits(text: &str, count: usize) -> Option<u16> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn days_in(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u16::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}
