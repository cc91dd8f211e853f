//! A small HTTP server on the loopback that answers as a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How to answer a request.
pub(super) enum Reply {
    /// Status, extra header lines, body.
    Full(u16, Vec<String>, Vec<u8>),
    /// 200 with a length beyond what is sent.
    Cut(Vec<u8>),
    /// 200 without an end.
    Endless,
    /// 200, a byte at a time, for as long as the client waits.
    Drip,
}

pub(super) fn ok(body: Vec<u8>) -> Reply {
    Reply::Full(200, Vec::new(), body)
}

pub(super) fn status(code: u16) -> Reply {
    Reply::Full(code, Vec::new(), Vec::new())
}

/// A request: its target and the etag that the client has.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub target: String,
    pub etag: String,
    pub agent: String,
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A running server; it ends when dropped.
pub(super) struct Server {
    pub base: String,
    log: Arc<Mutex<Vec<Request>>>,
    ended: Arc<AtomicBool>,
    address: SocketAddr,
}

impl Server {
    /// Answers each request by itself and its number from 0.
    pub(super) fn start(
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let handler: Arc<Handler> = Arc::new(handler);
        let (requests, over) = (Arc::clone(&log), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
                let Ok(stream) = stream else { continue };
                // A client that goes away early is part of the tests.
                std::thread::spawn(move || drop(serve(stream, &*handler, &requests)));
            }
        });
        Self { base: format!("http://{address}"), log, ended, address }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut out: TcpStream, handler: &Handler, log: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(out.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = Request { target, etag: String::new(), agent: String::new() };
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "if-none-match" => value.trim().clone_into(&mut request.etag),
            "user-agent" => value.trim().clone_into(&mut request.agent),
            _ => {}
        }
    }
    if request.target.is_empty() {
        return Ok(());
    }
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    const OK: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    match handler(&request, number) {
        Reply::Full(code, headers, body) => {
            let mut head = format!("HTTP/1.1 {code} X\r\nConnection: close\r\n");
            for header in headers {
                head += &[header.as_str(), "\r\n"].concat();
            }
            if !matches!(code, 204 | 304) {
                head += &["Content-Length: ", &body.len().to_string(), "\r\n"].concat();
            }
            write!(out, "{head}\r\n")?;
            out.write_all(&body)
        }
        Reply::Cut(body) => {
            write!(out, "{OK}Content-Length: {}\r\n\r\n", body.len() + 1000)?;
            out.write_all(&body)
        }
        Reply::Endless => {
            write!(out, "{OK}\r\n")?;
            loop {
                out.write_all(&vec![0x5a; 65_536])?;
            }
        }
        Reply::Drip => {
            write!(out, "{OK}Content-Length: 1000000\r\n\r\n")?;
            loop {
                out.write_all(b"x")?;
                out.flush()?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
