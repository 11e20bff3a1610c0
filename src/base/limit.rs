//! Every bound on what a stranger can make us hold, wait for or do, in one place.

use std::time::Duration;

/// Bounds with their defaults. An operator may change them in `[limits]`; a partner file may change its own body sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the request line, and of an answer's status line.
    pub request_line: usize,
    /// Bytes of a request's head, all lines together.
    pub head: usize,
    /// Header lines in a request.
    pub headers: usize,
    /// From the first byte of a connection or request to the end of its head.
    pub head_time: Duration,
    /// The longest silence inside a body.
    pub body_idle: Duration,
    /// The longest a body may take in all.
    pub body_time: Duration,
    /// Bytes a second that a body must keep up once [`Limits::body_rate_grace`] has passed.
    pub body_rate: u64,
    /// How long a body may be slower than [`Limits::body_rate`].
    pub body_rate_grace: Duration,
    /// Bytes of an AS2 body on the wire.
    pub body: u64,
    /// Bytes of a body after decompression.
    pub decompressed: u64,
    /// How many times larger than its compressed form a body may become.
    pub decompression_ratio: u64,
    /// Layers of CMS inside one another.
    pub cms_layers: usize,
    /// Depth of BER values inside one another.
    pub der_depth: usize,
    /// Bytes of a detached signature, certificates included.
    pub signature: usize,
    /// Recipients of an envelope.
    pub recipients: usize,
    /// Certificates inside a signature.
    pub certificates: usize,
    /// Signers of a signature.
    pub signers: usize,
    /// MIME entities inside one another.
    pub mime_depth: usize,
    /// Parts of one multipart entity.
    pub mime_parts: usize,
    /// Bytes of a multipart boundary (RFC 2046, section 5.1.1).
    pub boundary: usize,
    /// Bytes of a MIME header line (RFC 5322, section 2.1.1).
    pub header_line: usize,
    /// Bytes of the header lines of one MIME entity together.
    pub mime_head: usize,
    /// Bytes of a Message-ID.
    pub message_id: usize,
    /// Bytes of an AS2 name (RFC 4130, section 6.2).
    pub as2_name: usize,
    /// Connections open at once.
    pub connections: usize,
    /// Connections open at once from one address.
    pub connections_per_address: usize,
    /// Messages of one partner being worked on at once.
    pub in_progress_per_partner: usize,
    /// Messages of one partner that are on disk and not yet opened: whoever knows two names can have them stored.
    pub staged_per_partner: usize,
    /// Bytes of a receipt that a partner sends.
    pub receipt: usize,
    /// How long a synchronous receipt may take; then 503, and the partner sends again.
    pub sync_receipt_time: Duration,
    /// The TLS handshake.
    pub handshake_time: Duration,
    /// Failed decryptions of one partner within [`Limits::decrypt_window`] before it is paused.
    pub failed_decryptions: usize,
    /// The window in which failed decryptions are counted.
    pub decrypt_window: Duration,
    /// How long a partner is paused after too many failed decryptions.
    pub decrypt_pause: Duration,
    /// Bytes of an interchange.
    pub interchange: u64,
    /// Segments of an interchange.
    pub segments: u64,
    /// Transaction sets of one message: each becomes records of its own, however few bytes it has.
    pub transaction_sets: u64,
    /// Bytes of one segment.
    pub segment: usize,
    /// Bytes of one transaction set; it is held in memory whole.
    pub transaction_set: usize,
    /// Elements of a segment.
    pub elements: usize,
    /// Loops inside one another.
    pub loop_depth: usize,
    /// Bytes of a canonical document.
    pub document: usize,
    /// Attempts at a step before the exchange is parked.
    pub attempts: u32,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Limits {
    /// The most that `mime_parts` may be set to: as many attachments fit into what is written of a message.
    pub const MOST_MIME_PARTS: usize = 128;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_line: 8 * KIB,
            head: 32 * KIB,
            headers: 100,
            head_time: Duration::from_secs(10),
            body_idle: Duration::from_secs(30),
            body_time: Duration::from_secs(15 * 60),
            body_rate: 1024,
            body_rate_grace: Duration::from_secs(30),
            body: 100 * MIB as u64,
            decompressed: 512 * MIB as u64,
            decompression_ratio: 100,
            cms_layers: 3,
            der_depth: 32,
            signature: 256 * KIB,
            recipients: 10,
            certificates: 10,
            signers: 2,
            mime_depth: 8,
            mime_parts: 64,
            boundary: 70,
            header_line: 998,
            mime_head: 32 * KIB,
            message_id: 998,
            as2_name: 128,
            connections: 1024,
            connections_per_address: 64,
            in_progress_per_partner: 32,
            staged_per_partner: 1_000,
            receipt: MIB,
            sync_receipt_time: Duration::from_secs(60),
            handshake_time: Duration::from_secs(10),
            failed_decryptions: 20,
            decrypt_window: Duration::from_secs(10 * 60),
            decrypt_pause: Duration::from_secs(15 * 60),
            interchange: 512 * MIB as u64,
            segments: 5_000_000,
            transaction_sets: 100_000,
            segment: MIB,
            transaction_set: 16 * MIB,
            elements: 1_000,
            loop_depth: 32,
            document: 8 * MIB,
            attempts: 3,
        }
    }
}
