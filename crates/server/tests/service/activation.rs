//! The socket that systemd holds: no request is refused while the service starts anew.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The service, on a socket that it is given as systemd gives it: as the third file, with two variables.
fn start(listener: &TcpListener) -> Child {
    let socket = OwnedFd::from(listener.try_clone().unwrap());
    let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --demo";
    Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_ksef-qr-server")])
        .stdin(Stdio::from(socket))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn end(mut service: Child) {
    assert!(Command::new("kill").args(["-TERM", &service.id().to_string()]).status().unwrap().success());
    assert!(service.wait().unwrap().success());
}

/// Sends a request, which waits in the system's queue if nobody is there to take it.
fn asked(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", address.port());
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn status(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_socket_that_is_handed_over_refuses_nobody_while_the_service_starts_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let before = asked(address);
    let first = start(&listener);
    assert_eq!(status(before), "HTTP/1.1 200 OK");
    end(first);
    let between = asked(address);
    let second = start(&listener);
    assert_eq!(status(between), "HTTP/1.1 200 OK");
    assert_eq!(status(asked(address)), "HTTP/1.1 200 OK");
    end(second);
}
