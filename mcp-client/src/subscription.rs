//! Hearing of changes: `subscriptions/listen` (modern), `resources/subscribe` (legacy).

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::task::{Poll, Waker};
use std::time::Duration;

use mcp_core::Delivery;
use mcp_core::protocol::{Era, ResourceParams, SubscriptionFilter, method};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::time::timeout;

use crate::client::Client;
use crate::error::{ConnectionErrorKind, Failure, RequestError};
use crate::notice::Notice;
use crate::pending::PendingRequest;
use crate::request::Meta;
use crate::request_head::RequestHead;
use crate::subscription_queue::{Source, SubscriptionQueue};
use crate::waiting::Unanswered;

/// What a server without subscriptions to resources does not offer.
const SUBSCRIPTIONS: &str = "subscriptions to resources";

/// Changes that a server tells, until one side ends it. Dropping it ends the subscription.
///
/// It keeps its connection open, like a clone of the client. Nothing is told again: whoever lost a
/// subscription listens anew and then looks at what may have changed.
///
/// ```
/// use mcp_client::{Client, RequestError};
/// use mcp_core::protocol::SubscriptionFilter;
///
/// async fn watch(client: &Client, uri: &str) -> Result<(), RequestError> {
///     let mut filter = SubscriptionFilter::default();
///     filter.resource_subscriptions.push(uri.to_owned());
///     let mut changes = client.listen(filter).await?;
///     while let Some(change) = changes.next().await {
///         println!("{} has changed", change?.as_resource_update().unwrap_or_default());
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a subscription ends when it is dropped"]
pub struct Subscription {
    client: Client,
    queue: u64,
    honoured: SubscriptionFilter,
    /// The request behind a modern subscription.
    request: Option<PendingRequest<'static>>,
    /// The resources that a legacy subscription is about.
    uris: Vec<String>,
    is_over: bool,
}

impl Client {
    /// Wants to hear of changes.
    ///
    /// A modern server says at once which of them it is going to tell ([`Subscription::honoured`]). A
    /// legacy one tells changes of its lists anyway, and changes of resources once it is asked.
    ///
    /// # Errors
    ///
    /// When the server does not confirm in time, refuses, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future ends the subscription.
    pub async fn listen(&self, filter: SubscriptionFilter) -> Result<Subscription, RequestError> {
        match self.conversation().era() {
            Era::Legacy => self.listen_legacy(filter).await,
            Era::Modern => Ok(self.listen_modern(filter).await?),
        }
    }

    async fn listen_modern(&self, filter: SubscriptionFilter) -> Result<Subscription, Failure> {
        let conversation = self.conversation();
        let request = conversation.request(RequestHead::new(method::LISTEN));
        let mut request = request.encode(|meta| Listening { notifications: &filter, meta })?;
        // Open before the server can have anything to put into it.
        let queue = conversation.link().open_queue(Source::Request(request.id()), filter);
        let mut subscription = Subscription::new(self, queue);
        let limit = conversation.options.list_timeout;
        let confirmed = async {
            let sent = request.send().await;
            sent.map_err(|error| Failure::not_delivered(method::LISTEN, error))?;
            subscription.request = Some(request);
            subscription.confirm().await
        };
        match timeout(limit, confirmed).await {
            Ok(confirmed) => confirmed?,
            Err(_) => return Err(late(limit)),
        }
        Ok(subscription)
    }

    async fn listen_legacy(
        &self,
        filter: SubscriptionFilter,
    ) -> Result<Subscription, RequestError> {
        let conversation = self.conversation();
        let declared = conversation.server().capabilities.get("resources");
        let can_subscribe = declared.and_then(|resources| resources.get("subscribe"));
        if !filter.resource_subscriptions.is_empty() && can_subscribe != Some(&Value::Bool(true)) {
            return Err(RequestError::NotOffered { what: SUBSCRIPTIONS });
        }
        let queue = conversation.link().open_queue(Source::Connection, filter.clone());
        let mut subscription = Subscription::new(self, queue);
        for uri in filter.resource_subscriptions.clone() {
            // Before the answer: who leaves early must take it back.
            subscription.uris.push(uri.clone());
            let request =
                conversation.request(RequestHead::about(method::RESOURCES_SUBSCRIBE, &uri));
            let params = ResourceParams { uri: uri.clone() };
            let answer = request.send(|_| &params, conversation.list_deadline()).await?;
            answer.complete::<IgnoredAny>()?;
        }
        subscription.honoured = filter;
        Ok(subscription)
    }
}

impl Subscription {
    fn new(client: &Client, queue: u64) -> Self {
        Self {
            client: client.clone(),
            queue,
            honoured: SubscriptionFilter::default(),
            request: None,
            uris: Vec::new(),
            is_over: false,
        }
    }

    /// What the server said that it is going to tell; in the legacy era, what was wanted.
    #[must_use]
    pub fn honoured(&self) -> &SubscriptionFilter {
        &self.honoured
    }

    /// Notices that were dropped because too many waited to be read: the oldest go first.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.client
            .conversation()
            .link()
            .look_into(self.queue, |queue| queue.dropped)
            .unwrap_or_default()
    }

    /// The next change. `None`: the server ended the subscription in good order.
    ///
    /// # Errors
    ///
    /// When the server refuses to go on, or the connection fails. Nothing comes after an error.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped future has not taken a notice.
    pub async fn next(&mut self) -> Option<Result<Notice, RequestError>> {
        if self.is_over {
            return None;
        }
        match self.look(SubscriptionQueue::next).await {
            Ok(notice) => Some(Ok(notice)),
            Err(end) => {
                self.over();
                let subject = match self.request {
                    Some(_) => method::LISTEN,
                    None => method::RESOURCES_SUBSCRIBE,
                };
                end.map(|unanswered| Err(unanswered.into_failure(subject).into()))
            }
        }
    }

    /// Waits until the server says what it is going to tell.
    async fn confirm(&mut self) -> Result<(), Failure> {
        let confirmed = self.look(|queue, waker| {
            queue.wait(waker);
            queue.acknowledged.take()
        });
        match confirmed.await {
            Ok(honoured) => {
                self.honoured = honoured;
                Ok(())
            }
            Err(end) => {
                self.over();
                Err(end.map_or_else(unconfirmed, |end| end.into_failure(method::LISTEN)))
            }
        }
    }

    /// Waits for something in the queue, or for the end of what fills it.
    async fn look<R>(
        &self,
        look: impl Fn(&mut SubscriptionQueue, &Waker) -> Option<R>,
    ) -> Result<R, Option<Unanswered>> {
        let request = self.request.as_ref().map(PendingRequest::id);
        let link = self.client.conversation().link();
        poll_fn(|context| -> Poll<_> {
            let waker = context.waker();
            link.poll_queue(self.queue, request, waker, |queue| look(queue, waker))
        })
        .await
    }

    /// There is nothing left that could be cancelled.
    fn over(&mut self) {
        self.is_over = true;
        if let Some(request) = &mut self.request {
            request.never_cancel();
        }
        self.uris.clear();
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("client", &self.client)
            .field("honoured", &self.honoured)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut uris = mem::take(&mut self.uris);
        let conversation = self.client.conversation();
        conversation.link().close_queue(self.queue, &mut uris);
        for uri in uris {
            let head = RequestHead::new(method::RESOURCES_UNSUBSCRIBE);
            conversation.post(head, |_| ResourceParams { uri });
        }
    }
}

#[derive(Serialize)]
struct Listening<'a> {
    notifications: &'a SubscriptionFilter,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

fn late(after: Duration) -> Failure {
    Failure::new(method::LISTEN, ConnectionErrorKind::Deadline { after }, Delivery::Unknown)
}

fn unconfirmed() -> Failure {
    let message = "the subscription ended before it was confirmed".to_owned();
    Failure::new(method::LISTEN, ConnectionErrorKind::Answer { message }, Delivery::Unknown)
}
