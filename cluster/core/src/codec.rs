//! Bytes out and bytes in, for records: little-endian, length-prefixed, never past the end.

use bytes::Bytes;
use thiserror::Error;

/// Why bytes are not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodecError {
    /// There are fewer bytes than the record says.
    #[error("record ends too early")]
    TooShort,
    /// The checksum does not match.
    #[error("record has a wrong checksum")]
    BadChecksum,
    /// A tag, length or text has no meaning.
    #[error("record has no meaning: {0}")]
    Meaningless(&'static str),
}

/// Appends values to bytes.
pub trait Put {
    /// Appends raw bytes.
    fn put(&mut self, bytes: &[u8]);

    /// Appends one byte.
    fn put_u8(&mut self, value: u8) {
        self.put(&[value]);
    }
    /// Appends two bytes.
    fn put_u16(&mut self, value: u16) {
        self.put(&value.to_le_bytes());
    }
    /// Appends four bytes.
    fn put_u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }
    /// Appends eight bytes.
    fn put_u64(&mut self, value: u64) {
        self.put(&value.to_le_bytes());
    }
    /// Appends sixteen bytes.
    fn put_u128(&mut self, value: u128) {
        self.put(&value.to_le_bytes());
    }
    /// Appends bytes behind their length.
    fn put_bytes(&mut self, bytes: &[u8]) {
        self.put_u32(bytes.len() as u32);
        self.put(bytes);
    }
    /// Appends a value, or that there is none.
    fn put_option(&mut self, value: Option<u64>) {
        self.put_u8(u8::from(value.is_some()));
        self.put_u64(value.unwrap_or(0));
    }
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Takes values from the front of bytes.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a>(pub &'a [u8]);

impl<'a> Take<'a> {
    /// Takes `count` raw bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CodecError::TooShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        self.take(N)?.try_into().map_err(|_| CodecError::TooShort)
    }

    /// Takes one byte.
    pub fn u8(&mut self) -> Result<u8, CodecError> {
        Ok(self.array::<1>()?[0])
    }
    /// Takes a truth value.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        Ok(self.u8()? != 0)
    }
    /// Takes two bytes.
    pub fn u16(&mut self) -> Result<u16, CodecError> {
        self.array().map(u16::from_le_bytes)
    }
    /// Takes four bytes.
    pub fn u32(&mut self) -> Result<u32, CodecError> {
        self.array().map(u32::from_le_bytes)
    }
    /// Takes eight bytes.
    pub fn u64(&mut self) -> Result<u64, CodecError> {
        self.array().map(u64::from_le_bytes)
    }
    /// Takes sixteen bytes.
    pub fn u128(&mut self) -> Result<u128, CodecError> {
        self.array().map(u128::from_le_bytes)
    }
    /// Takes bytes behind their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.u32()? as usize;
        self.take(length)
    }
    /// Takes a text behind its length.
    pub fn text(&mut self) -> Result<&'a str, CodecError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| CodecError::Meaningless("text is not UTF-8"))
    }
    /// Takes a value, or that there is none.
    pub fn option(&mut self) -> Result<Option<u64>, CodecError> {
        let is_some = self.bool()?;
        let value = self.u64()?;
        Ok(is_some.then_some(value))
    }
}

/// The CRC32 of two parts that do not stand together.
#[must_use]
pub fn checksum(parts: [&[u8]; 2]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    parts.into_iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// Puts `payload` behind its length and the CRC-32 of it.
pub fn seal(out: &mut Vec<u8>, write_payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    write_payload(out);
    let length = (out.len() - start - 8) as u32;
    let crc = crc32fast::hash(&out[start + 8..]);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

/// Takes what [`seal`] put, checked.
pub fn unseal<'a>(take: &mut Take<'a>) -> Result<&'a [u8], CodecError> {
    let length = take.u32()? as usize;
    let crc = take.u32()?;
    let payload = take.take(length)?;
    if crc32fast::hash(payload) == crc { Ok(payload) } else { Err(CodecError::BadChecksum) }
}

/// Checks a body against the checksum kept with its copy.
pub fn check_body(body: &Bytes, crc: u32) -> Result<(), CodecError> {
    if crc32fast::hash(body) == crc { Ok(()) } else { Err(CodecError::BadChecksum) }
}
