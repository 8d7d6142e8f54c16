//! Resolves names for the [`UrlGuard`](super::url_guard::UrlGuard) and refuses addresses that a server
//! has no business to name.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use oauth2::url::{Host, Url};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;

use super::network::Network;

type BoxError = Box<dyn Error + Send + Sync>;

/// Hands out addresses of public hosts, and of hosts in the same kind of network as the MCP server.
pub(super) struct CheckedResolver {
    names: Arc<dyn Resolve>,
    server_host: Option<String>,
    home: OnceCell<Network>,
}

impl CheckedResolver {
    pub(super) fn new(server: &Url, names: Arc<dyn Resolve>) -> Self {
        let (server_host, home) = match server.host() {
            Some(Host::Domain(name)) if is_localhost(name) => (None, Network::Loopback),
            Some(Host::Domain(name)) => (Some(name.to_owned()), Network::Public),
            Some(Host::Ipv4(address)) => (None, Network::of(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (None, Network::of(IpAddr::V6(address))),
            None => (None, Network::Public),
        };
        let known = server_host.is_none().then_some(home);
        Self { names, server_host, home: OnceCell::new_with(known) }
    }

    /// Resolves a name and looks at every address.
    pub(super) async fn check_name(&self, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let addresses = self.lookup(name).await?;
        for address in &addresses {
            self.check_address(address.ip()).await?;
        }
        Ok(addresses)
    }

    pub(super) async fn check_address(&self, address: IpAddr) -> Result<(), BoxError> {
        let network = Network::of(address);
        if network == Network::Public {
            return Ok(());
        }
        let home = self.home.get_or_init(|| self.find_home()).await;
        if network == *home && network != Network::Special {
            return Ok(());
        }
        Err(UnsafeAddress { address, network: network.name() }.into())
    }

    /// The network of a server that is reached by name. Loopback takes a literal address or
    /// `localhost`: anybody can let a name of his point there.
    async fn find_home(&self) -> Network {
        let Some(host) = &self.server_host else { return Network::Public };
        let addresses = self.lookup(host).await.unwrap_or_default();
        let mut networks = addresses.iter().map(|address| Network::of(address.ip()));
        match networks.next() {
            Some(first @ Network::Private) if networks.all(|other| other == first) => first,
            _ => Network::Public,
        }
    }

    async fn lookup(&self, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let addresses: Vec<_> = self.names.resolve(name.parse::<Name>()?).await?.collect();
        if addresses.is_empty() {
            return Err("the name has no address".into());
        }
        Ok(addresses)
    }
}

/// As the resolver of a client.
#[derive(Clone)]
pub(super) struct Resolver(pub(super) Arc<CheckedResolver>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = resolver.check_name(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Asks the operating system.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// A name, or a URL, leads to an address that is off limits.
#[derive(Debug, thiserror::Error)]
#[error("it leads to the {network} address {address}, where the MCP server itself is not")]
pub(super) struct UnsafeAddress {
    address: IpAddr,
    network: &'static str,
}

/// RFC 6761: these names never leave the machine.
pub(super) fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every name with the same addresses.
    struct Fixed(&'static [&'static str]);

    impl Resolve for Fixed {
        fn resolve(&self, name: Name) -> Resolving {
            let own = if name.as_str() == "mcp.corp" { &["10.0.0.7"][..] } else { self.0 };
            let addresses: Vec<SocketAddr> =
                own.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
            Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
        }
    }

    async fn verdict(server: &str, addresses: &'static [&'static str]) -> Result<(), String> {
        let resolver =
            CheckedResolver::new(&Url::parse(server).unwrap(), Arc::new(Fixed(addresses)));
        resolver.check_name("as.example").await.map(|_| ()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn public_addresses_are_handed_out() {
        assert_eq!(verdict("https://8.8.8.8/mcp", &["1.1.1.1", "2606:4700::1"]).await, Ok(()));
    }

    #[tokio::test]
    async fn one_bad_address_among_good_ones_is_enough() {
        for bad in ["127.0.0.1", "10.1.1.1", "169.254.169.254", "::ffff:10.0.0.1", "0.0.0.0"] {
            let addresses: &'static [&'static str] = Box::leak(Box::new(["1.1.1.1", bad]));

            let refusal = verdict("https://8.8.8.8/mcp", addresses).await.unwrap_err();

            assert!(refusal.contains("where the MCP server itself is not"), "{bad}: {refusal}");
        }
    }

    #[tokio::test]
    async fn server_in_a_private_network_may_name_hosts_of_such() {
        for server in ["https://10.0.0.7/mcp", "https://mcp.corp/mcp"] {
            assert_eq!(verdict(server, &["192.168.0.1"]).await, Ok(()), "{server}");
            assert!(verdict(server, &["127.0.0.1"]).await.is_err(), "{server}");
            assert!(verdict(server, &["169.254.169.254"]).await.is_err(), "{server}");
        }
    }

    #[tokio::test]
    async fn name_that_points_to_loopback_does_not_open_loopback() {
        assert!(verdict("https://evil.example/mcp", &["127.0.0.1"]).await.is_err());
        assert_eq!(verdict("https://localhost/mcp", &["127.0.0.1"]).await, Ok(()));
    }

    #[tokio::test]
    async fn name_without_an_address_is_an_error() {
        assert!(verdict("https://8.8.8.8/mcp", &[]).await.is_err());
    }

    #[tokio::test]
    async fn client_connects_through_the_check() {
        let server = Url::parse("https://8.8.8.8/mcp").unwrap();
        let resolver =
            Resolver(Arc::new(CheckedResolver::new(&server, Arc::new(Fixed(&["10.0.0.1"])))));

        let resolved = resolver.resolve("as.example".parse().unwrap()).await;

        assert!(resolved.is_err_and(|error| error.is::<UnsafeAddress>()));
    }
}
