//! A client that costs little: requests that are made beforehand but for the invoice's number, connections that stay open.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::reference::invoice;
use super::service::Service;

/// Ten digits, in the place of the number of the fixture.
pub const NUMBER: &str = "0000000000";

pub struct Client {
    address: String,
    request: Vec<u8>,
    /// Where the number stands in the request.
    place: usize,
    sent: Rc<Cell<u64>>,
}

impl Client {
    pub fn new(service: &Service, query: &str, size: usize) -> Self {
        let body = invoice(size);
        let mut request = format!(
            "POST /v1/sign{query} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            service.address(),
            service.key(),
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(&body);
        let place = request.windows(NUMBER.len()).position(|window| window == NUMBER.as_bytes()).unwrap();
        Self { address: service.address().to_owned(), request, place, sent: Rc::default() }
    }

    /// How many requests were sent so far.
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// As many requests as are answered in this time; gives how many that is in a second.
    pub async fn as_many(&self, connections: usize, time: Duration) -> f64 {
        let begun = Instant::now();
        let answered = self.each(connections, async |connection| {
            let mut count = 0_u64;
            while begun.elapsed() < time {
                connection.ask().await;
                count += 1;
            }
            count
        });
        answered.await.into_iter().sum::<u64>() as f64 / begun.elapsed().as_secs_f64()
    }

    /// So many requests.
    pub async fn so_many(&self, connections: usize, requests: u64) {
        let left = Cell::new(requests);
        let asked = self.each(connections, async |connection| {
            while left.get() > 0 {
                left.set(left.get() - 1);
                connection.ask().await;
            }
        });
        asked.await;
    }

    /// Requests that are due at so many a second, whether those before are answered or not; gives how long after it was due each
    /// was answered.
    pub async fn on_schedule(&self, connections: usize, rate: f64, time: Duration) -> Vec<Duration> {
        let begun = Instant::now();
        let next = Cell::new(0_u64);
        let answered = self.each(connections, async |connection| {
            let mut late = Vec::new();
            loop {
                let due = begun + Duration::from_secs_f64(next.get() as f64 / rate);
                next.set(next.get() + 1);
                if due.duration_since(begun) > time {
                    return late;
                }
                sleep_until(due).await;
                connection.ask().await;
                late.push(due.elapsed());
            }
        });
        answered.await.concat()
    }

    async fn each<T>(&self, connections: usize, work: impl AsyncFn(&mut Connection) -> T) -> Vec<T> {
        let mut opened = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(&self.address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let request = self.request.clone();
            let sent = self.sent.clone();
            opened.push(Connection { stream, request, place: self.place, sent, answer: vec![0; 1 << 16] });
        }
        futures_util::future::join_all(opened.iter_mut().map(|connection| work(connection))).await
    }
}

pub struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    place: usize,
    sent: Rc<Cell<u64>>,
    answer: Vec<u8>,
}

impl Connection {
    /// Sends a new invoice, and takes the answer.
    async fn ask(&mut self) {
        self.sent.set(self.sent.get() + 1);
        let number = format!("{:010}", self.sent.get());
        self.request[self.place..self.place + NUMBER.len()].copy_from_slice(number.as_bytes());
        self.stream.write_all(&self.request).await.unwrap();
        let (mut length, mut whole) = (0, None);
        while whole.is_none_or(|whole| length < whole) {
            let read = self.stream.read(&mut self.answer[length..]).await.unwrap();
            assert!(read > 0, "the service closed the connection");
            length += read;
            if whole.is_none() {
                whole = whole_length(&self.answer[..length]);
            }
        }
    }
}

/// The length of an answer with its head, once the head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    Some(head + 4 + length.parse::<usize>().unwrap())
}
