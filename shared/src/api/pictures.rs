//! Bodies of pictures of products.

use serde::{Deserialize, Serialize};

body! {
    /// `GET /api/pictures`: products with pictures, the last chosen first; or pictures they had before; or those
    /// whose picture waits to be fetched or could not be.
    pub struct PicturePage {
        /// Products that have a picture.
        pub with_picture: u64,
        /// Products whose picture was chosen, or taken away, since the newest list was published: readers see that with the next.
        pub changed: u64,
        /// Products with a picture that was there by then and that no list ever named: they are not sold.
        pub unlisted: u64,
        /// Pictures that are kept although their product has another now, or none.
        pub earlier: u64,
        /// Pictures that are still to be fetched from their addresses.
        pub waiting: u64,
        /// Those that could not be had.
        pub failed: u64,
        pub pictures: Vec<ProductPicture>,
        pub fetches: Vec<PictureFetch>,
        pub next: Option<String>,
    }

    /// A product's picture as it stands now.
    pub struct ProductPicture {
        pub code: String,
        pub name: String,
        /// Which of the product's pictures; 0: none.
        pub number: u32,
        /// Where its two sizes are found; absent where there is no picture.
        pub small_url: Option<String>,
        pub large_url: Option<String>,
        /// The name of the file, or the address.
        pub source: String,
        /// Of one it had before: when it was added.
        pub chosen_at: String,
        pub chosen_by: String,
    }

    /// A picture that is to be fetched from an address.
    pub struct PictureFetch {
        pub code: String,
        pub name: String,
        pub address: String,
        /// `waiting` or `failed`.
        pub state: String,
        pub attempts: u32,
        /// Stable code of what went wrong last; empty: nothing yet.
        pub reason: String,
        /// What exactly, in English.
        pub detail: String,
        /// When it is tried again; absent: not by itself.
        pub again_at: Option<String>,
    }

    /// `POST /api/pictures`: what became of a file.
    pub struct PictureTaken {
        pub code: String,
        /// The product's.
        pub name: String,
        /// The picture it has now, and the one before; 0: none.
        pub number: u32,
        pub before: u32,
        pub small_url: String,
        /// It had this very picture.
        pub unchanged: bool,
    }

    /// `POST /api/pictures/fetch`
    pub struct FetchQueued {
        /// How many pictures are tried again.
        pub queued: u64,
    }
}

request! {
    /// `PUT /api/pictures/{code}`: another of the product's pictures, or none.
    pub struct ChoosePicture {
        pub number: u32,
        /// The picture the page showed; where it has another meanwhile, nothing is changed.
        pub seen: u32,
    }

    /// `POST /api/pictures/fetch`
    pub struct FetchAgain {
        /// Of these products; none named: of all that failed.
        #[serde(default)]
        pub codes: Vec<String>,
    }
}
