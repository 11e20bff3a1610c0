//! A small HTTP/1.1 client that sends exactly the bytes it is given, wrong ones included, over TCP or a Unix socket.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Longer than any answer of a healthy daemon takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// An HTTP answer, header lines in their order.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Opens a connection to a daemon on this machine.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Posts a body under these headers and reads the answer. `Host`, `Content-Length` and `Connection` are added.
pub fn post(address: SocketAddr, path: &str, headers: &[(String, String)], body: &[u8]) -> io::Result<Reply> {
    let mut stream = connect(address)?;
    let mut head = request_head(address, path, headers);
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    // A daemon may refuse from the head alone and close; then its answer is what counts, not the broken write.
    let written = stream.write_all(&[head.as_bytes(), body].concat());
    read_reply(&mut stream).or_else(|fault| written.and(Err(fault)))
}

/// The request line and header lines of a POST, without `Content-Length` and without the empty line.
pub fn request_head(address: SocketAddr, path: &str, headers: &[(String, String)]) -> String {
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

/// Sends raw bytes as they are and reads the answer.
pub fn send_raw(address: SocketAddr, bytes: &[u8]) -> io::Result<Reply> {
    let mut stream = connect(address)?;
    stream.write_all(bytes)?;
    read_reply(&mut stream)
}

/// `GET path` over a Unix socket.
pub fn get_over_socket(socket: &Path, path: &str) -> io::Result<Reply> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n").as_bytes())?;
    read_reply(&mut stream)
}

/// Reads one answer: its head, then a body as long as `Content-Length`, the chunks, or the connection says.
pub fn read_reply(stream: &mut impl Read) -> io::Result<Reply> {
    let mut reader = BufReader::new(stream);
    let status_line = read_line(&mut reader)?;
    let status =
        status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("not an HTTP answer: {status_line:?}"))
        })?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(&mut reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut reply = Reply { status, headers, body: Vec::new() };
    if let Some(length) = reply.header("Content-Length").map(|length| length.parse().unwrap()) {
        reply.body = vec![0; length];
        reader.read_exact(&mut reply.body)?;
    } else if reply.header("Transfer-Encoding") == Some("chunked") {
        read_chunks(&mut reader, &mut reply.body)?;
    } else {
        reader.read_to_end(&mut reply.body)?;
    }
    Ok(reply)
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = u64::from_str_radix(&read_line(reader)?, 16).unwrap();
        reader.by_ref().take(size).read_to_end(body)?;
        read_line(reader)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
