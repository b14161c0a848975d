use flate2::{Compress, Compression, FlushCompress, Status};

/// A zlib stream (RFC 1950) of `bytes`, for the filter FlateDecode. The same bytes give the same stream.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::default(), true);
    let mut stream = Vec::with_capacity(bytes.len() / 2 + 64);
    while let Some(rest) = bytes.get(compress.total_in() as usize..) {
        match compress.compress_vec(rest, &mut stream, FlushCompress::Finish) {
            // Only a stream that was finished before is an error.
            Ok(Status::StreamEnd) | Err(_) => break,
            Ok(Status::Ok | Status::BufError) => stream.reserve(bytes.len() / 2 + 64),
        }
    }
    stream
}
