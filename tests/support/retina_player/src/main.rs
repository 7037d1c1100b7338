//! Plays Motion-JPEG with retina, and stores each frame as a file.
//!
//! ```text
//! retina-player URL udp|tcp DIRECTORY FRAMES
//! retina-player --version
//! ```
//!
//! It ends after so many frames, since retina takes every stream for one without an end.

use futures::StreamExt;
use retina::client::{PlayOptions, Session, SessionGroup, SessionOptions, SetupOptions, Transport};
use retina::codec::CodecItem;
use std::path::Path;
use std::sync::Arc;
use url::Url;

type AnyError = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args == ["--version"] {
        println!("retina {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let [url, transport, directory, frames] = args.as_slice() else {
        return Err("usage: retina-player URL udp|tcp DIRECTORY FRAMES".into());
    };
    let group = Arc::new(SessionGroup::default());
    play(
        Url::parse(url)?,
        SessionOptions::default().session_group(group.clone()),
        transport.parse()?,
        Path::new(directory),
        frames.parse()?,
    )
    .await?;
    // The dropped session is torn down in the background.
    group.await_teardown().await?;
    Ok(())
}

async fn play(
    url: Url,
    options: SessionOptions,
    transport: Transport,
    directory: &Path,
    wanted: usize,
) -> Result<(), AnyError> {
    let mut session = Session::describe(url, options).await?;
    let index = session
        .streams()
        .iter()
        .position(|stream| stream.encoding_name() == "jpeg")
        .ok_or("the description has no Motion-JPEG")?;
    session
        .setup(index, SetupOptions::default().transport(transport))
        .await?;
    let mut items = session.play(PlayOptions::default()).await?.demuxed()?;
    let mut stored = 0;
    while stored < wanted {
        let item = items.next().await.ok_or("the stream ended")??;
        if let CodecItem::VideoFrame(frame) = item {
            if frame.loss() > 0 {
                eprintln!("{} packets lost", frame.loss());
            }
            stored += 1;
            std::fs::write(directory.join(format!("{stored:05}.jpg")), frame.data())?;
        }
    }
    Ok(())
}
