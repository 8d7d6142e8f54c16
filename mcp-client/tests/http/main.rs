//! Streamable HTTP against servers that misbehave.
//!
//! The fault table of HTTP, as far as it concerns the client. What a whole answer can show is played
//! by wiremock ([`site::MockSite`]); the rest needs a socket of its own ([`site::RawSite`], and the
//! servers in [`tls`]). Tests marked `auth` are in the test binary of that name.
//!
//! | Fault | Test | Played by |
//! | --- | --- | --- |
//! | redirect elsewhere or in a loop | `redirects::redirects_are_not_followed_and_the_token_stays` | wiremock; raw socket for the other origin, whose connections are counted |
//! | the same for metadata | `auth` `hostile::three_redirects_are_followed_and_a_fourth_is_not` | wiremock |
//! | | `auth` `hostile::redirect_loop_ends` | wiremock |
//! | empty 400 on the modern probe | `eras::empty_400_on_the_probe_falls_back_once_and_the_era_is_remembered` | wiremock |
//! | other answers to the probe | `eras::every_status_of_an_endpoint_without_discover_means_legacy` | wiremock |
//! | | `eras::refusal_without_the_id_of_the_probe_means_legacy` | wiremock |
//! | | `eras::trouble_with_credentials_or_the_server_is_no_verdict` | wiremock |
//! | | `eras::no_mcp_server_at_all_is_named_with_its_status` | wiremock |
//! | 401 or 403 for ever | `authorization::server_that_is_never_content_is_asked_three_times_a_call` | wiremock |
//! | | `authorization::refused_stream_is_not_tried_for_ever_and_a_refused_end_only_once` | wiremock |
//! | step-up for ever | `auth` `step_up::endless_step_ups_are_cut` | wiremock |
//! | 404 with a session | `sessions::session_that_is_gone_is_opened_again_and_the_call_sent_once_more` | wiremock |
//! | | `sessions::server_that_forgets_every_session_is_not_asked_for_ever` | wiremock |
//! | | `sessions::many_calls_that_find_the_session_gone_open_one` | wiremock |
//! | | `sessions::session_that_cannot_be_opened_again_is_named` | wiremock |
//! | 404 or 405 with a modern error | `statuses::method_not_found_is_told_from_a_wrong_address` | wiremock |
//! | | `sessions::method_that_is_not_found_does_not_end_the_session` | wiremock |
//! | 408, 500, 502, 504 | `statuses::ambiguous_statuses_leave_open_whether_the_call_happened` | wiremock |
//! | 409 (permanent, yet it may have happened) | `statuses::ambiguous_statuses_leave_open_whether_the_call_happened` | wiremock |
//! | 400, 413, 422 | `statuses::permanent_statuses_say_that_the_call_was_refused` | wiremock |
//! | 429 or 503 with `Retry-After` | `statuses::retry_after_is_honoured_within_reason` | wiremock |
//! | 200 empty, 202 for a request, HTML | `statuses::success_without_an_answer_is_an_error_at_once` | wiremock |
//! | truncated body | `bodies::truncated_body_leaves_open_whether_the_call_happened` | raw socket |
//! | reset after the effect | `bodies::reset_after_the_effect_does_not_send_the_call_again` | raw socket |
//! | stale connection | `connections::stale_connection_is_replaced_without_sending_anything_twice` | raw socket |
//! | | `connections::server_that_went_away_got_nothing` | raw socket |
//! | gzip bomb | `bodies::gzip_is_read_and_a_bomb_is_capped_by_what_it_unpacks_to` | wiremock |
//! | huge body | `bodies::body_at_the_cap_passes_and_one_byte_more_does_not` | wiremock |
//! | | `bodies::endless_bodies_are_cut_at_the_cap` | raw socket |
//! | header bomb | `bodies::header_bomb_is_refused` | wiremock |
//! | no headers, one byte, comments only | `bodies::answer_that_never_ends_is_given_up` | raw socket |
//! | | `bodies::body_that_pauses_too_long_is_given_up` | raw socket |
//! | | `bodies::call_has_its_deadline_whatever_trickles_in` | raw socket |
//! | half-open connection | `streams::half_open_stream_is_noticed_and_opened_again` | raw socket |
//! | | `streams::silent_subscription_fails_by_itself` | raw socket |
//! | events with CR, LF, CRLF, a mark at the start, many lines | `streams::every_way_to_write_an_event_gives_the_same_answer` | wiremock |
//! | events split within a letter | `streams::event_that_comes_byte_by_byte_is_read_whole` | raw socket |
//! | early end of a modern stream | `streams::modern_stream_that_ends_early_is_ambiguous_at_once` | raw socket |
//! | early end of a legacy stream | `streams::legacy_stream_that_ends_early_is_taken_up_again_after_the_time_asked_for` | raw socket |
//! | | `streams::legacy_stream_is_taken_up_three_times_in_vain_and_not_more` | raw socket |
//! | | `streams::legacy_stream_that_is_not_kept_is_ambiguous_after_one_try` | raw socket |
//! | | `streams::legacy_stream_without_event_ids_is_ambiguous_at_once` | raw socket |
//! | `retry: 0`, flapping stream | `streams::flapping_stream_is_taken_up_ever_more_slowly` | raw socket |
//! | | `streams::stream_of_the_session_goes_on_after_its_end` | raw socket |
//! | foreign ids, double answer | `streams::foreign_and_double_answers_are_dropped` | wiremock |
//! | | `statuses::answer_to_somebody_else_is_dropped` | wiremock |
//! | | `streams::answer_on_the_stream_of_the_session_is_dropped` | raw socket |
//! | hostile session id | `sessions::hostile_session_ids_are_refused` | wiremock |
//! | | `sessions::longest_session_id_is_used` | wiremock |
//! | certificate that has expired | `tls::expired_certificate_is_named` | raw socket |
//! | certificate of another host | `tls::certificate_of_another_host_is_named` | raw socket |
//! | certificate of nobody known | `tls::certificate_of_an_unknown_issuer_is_named` | raw socket |
//! | TLS 1.0 only | `tls::server_that_speaks_old_tls_only_is_named` | raw socket |
//! | proxies in the environment | `proxies::proxy_of_the_environment_is_used` | wiremock |
//! | | `proxies::proxy_of_the_environment_is_asked_for_a_tunnel_to_a_tls_server` | wiremock |
//! | | `proxies::no_proxy_leads_to_a_network_that_the_environment_excepts` | wiremock |
//! | | `proxies::no_proxy_leads_to_this_machine` | both: connections are counted |
#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod authorization;
mod bodies;
mod cancelling;
mod connections;
mod eras;
mod proxies;
mod redirects;
mod sessions;
mod site;
mod statuses;
mod streams;
mod tls;
