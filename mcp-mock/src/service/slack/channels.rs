//! Channels: list them.

use super::super::{ApiError, Page};
use super::quota::Request;
use super::{Api, Channel, ChannelKind, Paging, Slack};

/// Which channels a list shows; without kinds it shows the public ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelFilter {
    /// Kinds to show.
    pub kinds: Vec<ChannelKind>,
    /// Whether archived ones are left out.
    pub exclude_archived: bool,
}

impl Slack {
    /// Channels, oldest first. Private and direct ones show only to their members.
    ///
    /// # Errors
    ///
    /// `invalid_cursor`, `invalid_limit`, `ratelimited`.
    pub fn list_channels(
        &self,
        api: &mut Api<'_>,
        filter: &ChannelFilter,
        paging: Paging<'_>,
    ) -> Result<Page<&Channel>, ApiError> {
        Request::ListChannels.spend(api)?;
        let shown = self.channels.iter().filter(|channel| {
            let is_wanted = if filter.kinds.is_empty() {
                channel.kind == ChannelKind::Public
            } else {
                filter.kinds.contains(&channel.kind)
            };
            let is_visible =
                channel.kind == ChannelKind::Public || channel.members.contains(&self.viewer);
            is_wanted && is_visible && !(filter.exclude_archived && channel.is_archived)
        });
        paging.page_of(shown.collect(), |channel| &channel.id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::workspace;
    use super::*;
    use crate::world::ServiceState;

    #[track_caller]
    fn check(filter: &ChannelFilter, expected: &[&str]) {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);

        let listed = slack.list_channels(&mut api, filter, Paging::default()).unwrap();

        let names: Vec<_> = listed.items.iter().map(|channel| channel.name.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn list_shows_public_channels_archived_ones_too() {
        check(&ChannelFilter::default(), &["general", "support", "random", "old"]);
    }

    #[test]
    fn archived_channels_can_be_left_out() {
        let filter = ChannelFilter { exclude_archived: true, ..ChannelFilter::default() };

        check(&filter, &["general", "support", "random"]);
    }

    #[test]
    fn private_channels_hide_from_strangers() {
        check(
            &ChannelFilter { kinds: vec![ChannelKind::Private], ..ChannelFilter::default() },
            &[],
        );
    }
}
