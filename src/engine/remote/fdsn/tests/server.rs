//! A small HTTP server on the loopback that misbehaves on demand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How to answer a request.
pub(super) enum Reply {
    /// Status, extra header lines, body; as it should be.
    Full(u16, &'static [&'static str], Vec<u8>),
    /// 200 with a content length that is larger than what is sent.
    CutLength(Vec<u8>),
    /// 200 in chunks, without the last one.
    CutChunks(Vec<u8>),
    /// 200 without a length, ended by closing.
    Unmarked(Vec<u8>),
    /// 200, a few bytes at a time.
    Drip(Vec<u8>),
    /// 200 with a length, and then nothing until the client goes away.
    Silent,
}

/// 200 with a body.
pub(super) fn ok(body: Vec<u8>) -> Reply {
    Reply::Full(200, &[], body)
}

/// A status without a body.
pub(super) fn status(code: u16) -> Reply {
    Reply::Full(code, &[], Vec::new())
}

type Handler = dyn Fn(&str, usize) -> Reply + Send + Sync;

/// A running server; it ends when dropped.
pub(super) struct Server {
    pub base: String,
    log: Arc<Mutex<Vec<(String, String)>>>,
    ended: Arc<AtomicBool>,
    address: std::net::SocketAddr,
}

impl Server {
    /// Starts a server that answers each request by its target and its number from 0.
    pub(super) fn start(handler: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
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

    /// Targets of the requests so far.
    pub(super) fn targets(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|(target, _)| target.clone()).collect()
    }

    /// User agents of the requests so far.
    pub(super) fn agents(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|(_, agent)| agent.clone()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(
    stream: TcpStream,
    handler: &Handler,
    log: &Mutex<Vec<(String, String)>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    let Ok((target, agent)) = request(&mut reader) else {
        // Not text: a client that speaks TLS. Plain servers say so in plain.
        return write!(out, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    };
    if target.is_empty() {
        return Ok(());
    }
    let number = {
        let mut log = log.lock().unwrap();
        log.push((target.clone(), agent));
        log.len() - 1
    };
    const OK: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    match handler(&target, number) {
        Reply::Full(code, headers, body) => {
            let mut head = format!("HTTP/1.1 {code} X\r\nConnection: close\r\n");
            for header in headers {
                head.push_str(header);
                head.push_str("\r\n");
            }
            if code != 204 {
                head += &["Content-Length: ", &body.len().to_string(), "\r\n"].concat();
            }
            write!(out, "{head}\r\n")?;
            out.write_all(&body)
        }
        Reply::CutLength(body) => {
            write!(out, "{OK}Content-Length: {}\r\n\r\n", body.len() + 1000)?;
            out.write_all(&body)
        }
        Reply::CutChunks(body) => {
            write!(out, "{OK}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len())?;
            out.write_all(&body)?;
            out.write_all(b"\r\n")
        }
        Reply::Unmarked(body) => {
            write!(out, "{OK}\r\n")?;
            out.write_all(&body)
        }
        Reply::Drip(body) => {
            write!(out, "{OK}Content-Length: {}\r\n\r\n", body.len())?;
            for piece in body.chunks(100) {
                out.write_all(piece)?;
                out.flush()?;
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        }
        Reply::Silent => {
            write!(out, "{OK}Content-Length: 1000\r\n\r\n")?;
            out.flush()?;
            reader.read(&mut [0; 16]).map(drop)
        }
    }
}

/// Target and user agent of a request.
fn request(reader: &mut BufReader<TcpStream>) -> std::io::Result<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut agent = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok((target, agent));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("user-agent")
        {
            value.trim().clone_into(&mut agent);
        }
    }
}
