//! Sockets, TLS, slow clients, the end of the service.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::hints::HINTS;

/// Nobody's request is broken off while it is done; what takes longer than this is.
const LONGEST_END: Duration = Duration::from_secs(30);

/// A client says what TLS it speaks within this time.
const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);

/// TLS by a certificate and its key, both PEM.
///
/// # Errors
/// If a file cannot be read, or the two do not belong together.
pub fn tls(cert: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    let of = |path: &Path, error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(cert).map_err(|error| of(cert, &error))?;
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(|error| of(cert, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| of(key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(io::Error::other)?.with_no_client_auth();
    let mut config = config.with_single_cert(certificates, private).map_err(|error| of(key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Listens at an address, or takes the socket that systemd hands over.
///
/// # Errors
/// Those of the system.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    #[cfg(unix)]
    if let Some(inherited) = listenfd::ListenFd::from_env().take_tcp_listener(0)? {
        inherited.set_nonblocking(true)?;
        return TcpListener::from_std(inherited);
    }
    TcpListener::bind(address).await
}

/// Serves until `ending` says so; then takes no new connection and lets what is begun come to its end.
///
/// # Errors
/// Those of the socket.
pub async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    routes: Router,
    app: Arc<App>,
    ending: impl Future<Output = ()>,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(app.limits.connections));
    let (end, ended) = watch::channel(false);
    tokio::pin!(ending);
    loop {
        // Who finds no place waits in the system's queue.
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place.map_err(io::Error::other)?,
            () = &mut ending => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut ending => break,
        };
        let Ok((stream, _)) = accepted else {
            // Too many open files, usually: those that are open end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        _ = stream.set_nodelay(true);
        let (acceptor, routes, app, ended) = (acceptor.clone(), routes.clone(), app.clone(), ended.clone());
        tokio::spawn(async move {
            let _place = place;
            app.metrics.connections.fetch_add(1, Ordering::Relaxed);
            match acceptor {
                None => connection(stream, routes, &app, ended).await,
                Some(acceptor) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(LONGEST_HANDSHAKE, acceptor.accept(stream)).await {
                        connection(stream, routes, &app, ended).await;
                    }
                }
            }
            app.metrics.connections.fetch_sub(1, Ordering::Relaxed);
        });
    }
    drop(listener);
    app.is_ending.store(true, Ordering::Relaxed);
    _ = end.send(true);
    drop(ended);
    // Each connection holds a receiver.
    _ = tokio::time::timeout(LONGEST_END, end.closed()).await;
    Ok(())
}

async fn connection<S>(stream: S, routes: Router, app: &App, mut ended: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Taken { stream, silence: app.limits.longest_silence, waiting: None };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(app.limits.longest_head).max_headers(64).max_buf_size(64 << 10);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    tokio::pin!(connection);
    tokio::select! {
        // A client that goes away, or speaks no HTTP, is no event.
        _ = connection.as_mut() => return,
        _ = ended.wait_for(|ended| *ended) => connection.as_mut().graceful_shutdown(),
    }
    _ = connection.await;
}

/// A connection whose other side takes what is written to it, or is given up: who asks and does not read holds no place.
struct Taken<S> {
    stream: S,
    silence: Duration,
    /// While nothing is taken.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Taken<S> {
    fn or_given_up<T>(&mut self, context: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.waiting = None;
            return done;
        }
        let silence = self.silence;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
        waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, bytes)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.or_given_up(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.or_given_up(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(context);
        self.or_given_up(context, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(context);
        self.or_given_up(context, done)
    }
}

/// The system's asking to end: SIGTERM, or Ctrl-C.
pub async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    _ = tokio::signal::ctrl_c().await;
}

/// Reads the register and the file of keys again when they change, and takes what begins today.
pub async fn keep_up(app: Arc<App>) {
    let mut every = tokio::time::interval(Duration::from_secs(2));
    let mut unused = None;
    loop {
        every.tick().await;
        let of_work = app.clone();
        let work = move || (of_work.desk.signers().refresh(of_work.desk.now()), of_work.keys.refresh());
        let Ok((register, keys)) = tokio::task::spawn_blocking(work).await else { continue };
        for (what, done) in [("register", register), ("keys", keys)] {
            match done {
                Ok(true) => {
                    if what == "register" {
                        crate::app::Metrics::add(&app.metrics.reloads);
                    }
                    app.log(&format!("{what}_reloaded"), serde_json::json!({}));
                }
                Ok(false) => {}
                Err(error) => {
                    let fields = serde_json::json!({"code": error.code(), "message": error.to_string()});
                    app.log(&format!("{what}_refused"), fields);
                }
            }
        }
        // At the start, and when it has changed: by the file, or by the day.
        let opened = app.desk.signers().opened();
        if unused.as_deref() != Some(opened.unused()) {
            for one in opened.unused() {
                app.log("certificate_unused", serde_json::json!({"name": one.name, "code": one.code, "why": one.why}));
            }
            if let Some(fault) = app.desk.signers().fault().filter(|_| opened.issuers().is_empty()) {
                let fields = serde_json::json!({"code": fault.code(), "message": fault.to_string(), "hint": HINTS.complete(fault.clone()).hint()});
                app.log("nothing_signs", fields);
            }
            unused = Some(opened.unused().to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    #[tokio::test]
    async fn who_asks_and_does_not_read_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = crate::demo::app(folder.path()).unwrap();
        app.logs = false;
        app.limits.longest_silence = Duration::from_millis(100);
        let app = Arc::new(app);
        let (mut client, own) = tokio::io::duplex(4096);
        let (_end, ended) = watch::channel(false);
        let routes = crate::router(app.clone());
        let served = tokio::spawn(async move { connection(own, routes, &app, ended).await });
        client.write_all(b"GET /assets/page.js HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        tokio::time::timeout(Duration::from_secs(20), served).await.unwrap().unwrap();
    }
}
