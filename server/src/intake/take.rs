//! A message becomes orders, or waits, or is refused. Orders are stored first, under ids made from the message, so that the
//! same message read again after a crash finds them; then the message with what became of each file and the answers, in one
//! transaction. Only after that may its mailbox let go of it.

use anyhow::Context;
use kontor_shared::api::SubmitOrder;
use kontor_shared::api::forms::FormAccount;
use kontor_shared::form::Note;
use kontor_shared::ids::{CustomerId, OrderId, uuid_v7};
use kontor_shared::orders::Source;
use kontor_shared::words::Lang;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::imap;
use super::kind::{self, Kind};
use super::mime::{File, Letter, Look};
use super::sender::{self, Evidence};
use super::store::{self, FileRow, MailRow, Place};
use super::undelivered::{self, Undelivered};
use super::{State, answer, confirm};
use crate::auth::hex;
use crate::child::{self, ChildError};
use crate::config::Config;
use crate::error::{AppError, Result};
use crate::firm::FirmSettings;
use crate::forms::{self, AsOrder, Asking, Incoming};
use crate::mail::Thread;
use crate::orders::entry::{self, By, Entered, Origin};
use crate::orders::origins::Message;
use crate::orders::store as orders;
use crate::outbox::settle;
use crate::secrets::{Key, Purpose};
use crate::{AppState, bodies};

/// Who puts in what came by mail, in the trail of events.
pub const ACTOR: &str = "mail";

/// Why a form waits whose order, with other content, nobody has confirmed yet.
pub const OTHER_OPEN: &str = "other_order_open";
/// Why a form waits of which nothing proves who sent it.
pub const NOT_PROVED: &str = "not_proved";
/// Of a form on which nothing is ordered.
const EMPTY: &str = "empty";
/// Why a file waits that was not read, for those before it order so much.
const TOO_MANY: &str = "too_many_files";
/// Lines of one message's files from which on the rest is left to a person: their accounts are in memory together.
const MOST_TOGETHER: usize = 20_000;
/// Why a picture waits where nothing else of the message is an order: it may be a scan of one.
pub const PICTURE: &str = "picture";
/// Why a form waits whose columns or units say something else than was read.
const DOUBTFUL: &str = "doubtful";
/// What may make an order of what nobody meant: unattended nothing of it is ordered, refused, or asked to be confirmed.
const DOUBTS: [Note; 4] = [Note::Guessed, Note::OtherColumn, Note::OtherUnit, Note::NoQuantityColumn];

/// What a message is judged with.
struct Desk<'a> {
    state: &'a AppState,
    firm: &'a FirmSettings,
    forms: Key,
    letter: &'a Letter,
    kind: Kind,
    key: &'a str,
}

/// A file that was read. Of a form of ours, what it would be as an order: about that nothing is decided yet.
struct Read {
    found: Found,
    form: Option<AsOrder>,
}

impl From<Found> for Read {
    fn from(found: Found) -> Self {
        Self { found, form: None }
    }
}

/// A file with what became of it.
pub struct Found {
    pub row: FileRow,
    pub account: Option<FormAccount>,
    pub evidence: Option<Evidence>,
    /// The order it became, its number, and whether it was one already.
    pub order: Option<Ordered>,
}

#[derive(Clone, Debug)]
pub struct Ordered {
    pub id: String,
    pub number: String,
    pub double: bool,
}

/// What the sender wrote, whatever relays put round it. Of a message that says nothing at all only its bytes tell it from another.
fn key_of(letter: &Letter, raw: &[u8]) -> String {
    if [&letter.message_id, &letter.from, &letter.subject, &letter.text].into_iter().all(String::is_empty) && letter.files.is_empty() {
        return hex(&Sha256::digest(raw));
    }
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for text in [&letter.message_id, &letter.from, &letter.date, &letter.subject, &letter.text] {
        part(text.as_bytes());
    }
    for file in &letter.files {
        part(file.name.as_bytes());
        part(&file.bytes);
    }
    hex(&hash.finalize())
}

/// The id of the order a file becomes: the same whenever the message is read. Its time is the message's own, where that is one.
fn order_id(key: &str, no: i64, date: &str) -> OrderId {
    const EARLIEST: i64 = 1_577_836_800;
    const LATEST: i64 = 4_102_444_800;
    let said = mailparse::dateparse(date).ok().filter(|seconds| (EARLIEST..LATEST).contains(seconds)).unwrap_or(EARLIEST);
    let hash = Sha256::digest(format!("{key} {no}"));
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    OrderId(uuid_v7(said as u64 * 1000, &random))
}

/// The id of the order a file becomes when a person decides so: the file's own.
pub fn order_of(file: &str) -> Result<OrderId> {
    Ok(file.parse().context("stored file id")?)
}

/// Takes a message in; gives the state it is in. One that was here before stays as it is.
pub async fn take(state: &AppState, raw: &[u8], place: &Place) -> Result<State> {
    let letter = match child::read_mail(raw).await {
        Ok(letter) => letter,
        Err(ChildError::Refused { code, detail }) => return unread(state, raw, place, code, &detail).await,
        Err(failed @ ChildError::Failed(_)) => return Err(not_run(failed)),
    };
    let key = key_of(&letter, raw);
    if let Some(known) = known(state, &key).await? {
        return Ok(known);
    }
    match judged(state, raw, place, &letter, &key).await {
        // The machine's troubles and the database's pass; the message waits for that.
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => {
            tracing::error!(place = place.name, error = format!("{error:?}"), "a message could not be judged");
            unread(state, raw, place, "failed", "").await
        }
        done => done,
    }
}

/// Whether the same message may be judged in a while: what the machine lacks now is no fault of the message's. One whose child
/// fails each time is not tried for ever: whoever reads a mailbox counts, and in the drop directory it holds up no other.
fn is_passing(error: &AppError) -> bool {
    match error {
        AppError::NotReady { .. } => true,
        AppError::Internal(error) => error.downcast_ref::<sqlx::Error>().is_some_and(is_away) || error.downcast_ref::<ChildError>().is_some(),
        _ => false,
    }
}

/// Whether the database was not there, or says itself that the same may succeed. What it refuses it refuses again.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL is being stopped or started, or has too many clients.
        sqlx::Error::Database(database) => crate::db::is_retriable(error) || matches!(database.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "53300")),
        _ => false,
    }
}

/// A child that could not be run, to be known again by [`is_passing`].
fn not_run(failed: ChildError) -> AppError {
    AppError::Internal(failed.into())
}

/// As it is stored: on one line, without the NUL that PostgreSQL does not take.
fn short(text: &str, most: usize) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(most).collect()
}

async fn known(state: &AppState, key: &str) -> Result<Option<State>> {
    let stored = store::state_of(&mut *state.db.read().await?, key).await?;
    Ok(stored.as_deref().map(State::parse).transpose()?)
}

/// Stores a message that nobody but a person can open.
pub async fn unread(state: &AppState, raw: &[u8], place: &Place, reason: &str, detail: &str) -> Result<State> {
    let key = hex(&Sha256::digest(raw));
    if let Some(known) = known(state, &key).await? {
        return Ok(known);
    }
    // What its head says, to be found by; the head of a message that broke the reader is short or broken, too.
    let head = &raw[..raw.len().min(64 << 10)];
    let line = |name: &[u8]| {
        let found = head.split(|byte| *byte == b'\n').take(500).find(|line| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name));
        found.map(|line| super::text::header(&line[name.len()..])).unwrap_or_default()
    };
    let row = MailRow {
        sender: super::text::addresses(&line(b"from:")).into_iter().next().unwrap_or_default(),
        subject: short(&line(b"subject:"), 300),
        kind: "unread".into(),
        state: State::NeedsPerson.word().into(),
        reason: reason.into(),
        detail: short(detail, 300),
        ..empty(state, place)
    };
    write(state, raw, place, &key, row, Taking::default(), &Letter::default()).await
}

fn empty(state: &AppState, place: &Place) -> MailRow {
    MailRow {
        id: state.clock.new_id().to_string(),
        source: place.source.into(),
        place: place.name.clone(),
        message_id: String::new(),
        raw_hash: None,
        kind: String::new(),
        sender: String::new(),
        subject: String::new(),
        text: String::new(),
        evidence: String::new(),
        customer_id: None,
        state: State::Ignored.word().into(),
        reason: String::new(),
        detail: String::new(),
        answerable: 0,
        thread: String::new(),
        received_at: state.clock.now_ms(),
        revision: 1,
        decided_at: None,
        decided_by: String::new(),
    }
}

/// The firm's own addresses, in lower case: what it writes from, and the mailbox that is read.
fn own_addresses(config: &Config, firm: &FirmSettings) -> anyhow::Result<Vec<String>> {
    let mailbox = imap::of(config)?.map(|mailbox| mailbox.user);
    let all = [Some(firm.party.email.as_str()), firm.mail_from.as_deref(), firm.reply_to.as_deref(), mailbox.as_deref()];
    Ok(all.into_iter().flatten().flat_map(super::text::addresses).collect())
}

async fn judged(state: &AppState, raw: &[u8], place: &Place, letter: &Letter, key: &str) -> Result<State> {
    let firm = state.firm().await?;
    let own = own_addresses(&state.config, &firm)?;
    let kind = kind::kind(letter, &own);
    let mut row = MailRow {
        message_id: letter.message_id.clone(),
        kind: kind.word().into(),
        sender: letter.from.clone(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        reason: kind.word().into(),
        answerable: i64::from(kind::may_be_answered(letter, &own)),
        thread: serde_json::to_string(&thread(letter)).context("a thread")?,
        ..empty(state, place)
    };
    if matches!(kind, Kind::Bounce | Kind::Report) {
        let came_back = if kind == Kind::Bounce { undelivered::find(&mut *state.db.read().await?, letter).await? } else { None };
        if let Some(came_back) = &came_back {
            row.customer_id.clone_from(&came_back.customer_id);
            row.reason = if came_back.struck_off.is_some() { "struck_off" } else { "came_back" }.into();
            row.detail.clone_from(&came_back.recipient);
        }
        return write(state, raw, place, key, row, Taking { came_back, ..Taking::default() }, letter).await;
    }
    let desk = Desk { state, firm: &firm, forms: state.key(Purpose::Forms).await?, letter, kind, key };
    let found = desk.files().await?;
    // What nobody wrote to us is passed over, unless an order came with it: programs and lists hand on what people wrote.
    if kind != Kind::Letter && found.iter().all(|file| file.row.reason != kind.word()) {
        return write(state, raw, place, key, row, Taking::default(), letter).await;
    }
    let (next, reason, detail) = match kind {
        Kind::Letter => together(&found),
        _ => (State::NeedsPerson, kind.word().into(), String::new()),
    };
    row.state = next.word().into();
    row.reason = reason;
    row.detail = detail;
    row.evidence = found.iter().find_map(|file| file.evidence).map(|evidence| evidence.word().into()).unwrap_or_default();
    row.customer_id = found.iter().find_map(|file| file.row.customer_id.clone());
    if row.customer_id.is_none() {
        // A hint for whoever looks; it proves nothing.
        let known = store::customers_of_address(&mut *state.db.read().await?, &letter.from).await?;
        row.customer_id = match <[String; 1]>::try_from(known) {
            Ok([one]) => Some(one),
            Err(_) => None,
        };
    }
    write(state, raw, place, key, row, Taking { found, came_back: None }, letter).await
}

/// What an answer to the message goes on from.
fn thread(letter: &Letter) -> Thread {
    let before = if letter.references.is_empty() { &letter.in_reply_to } else { &letter.references };
    let references = before.iter().chain(std::iter::once(&letter.message_id)).filter(|id| !id.is_empty()).cloned().collect();
    Thread { in_reply_to: letter.message_id.clone(), references }
}

/// Whether a file that waits makes its message wait beside one that was taken: a picture of the goods or a scan of the same
/// order does not; whatever may be another order does.
pub fn waits_beside(file: &FileRow) -> bool {
    file.verdict == State::NeedsPerson.word() && file.reason != PICTURE
}

/// What the files make of the message: one that waits makes it wait, one that was taken makes it an order.
pub fn together(files: &[Found]) -> (State, String, String) {
    let first = |state: State| files.iter().find(|file| file.row.verdict == state.word());
    let told = |state: State, file: &Found| (state, file.row.reason.clone(), file.row.detail.clone());
    let taken = first(State::Accepted);
    let waiting = files.iter().find(|file| file.row.verdict == State::NeedsPerson.word() && (taken.is_none() || waits_beside(&file.row)));
    match (waiting, taken, first(State::Refused)) {
        (Some(file), _, _) => told(State::NeedsPerson, file),
        (None, Some(file), _) => told(State::Accepted, file),
        (None, None, Some(file)) => told(State::Refused, file),
        (None, None, None) => (State::NeedsPerson, "no_file".into(), String::new()),
    }
}

impl Desk<'_> {
    /// Reads all files before anything is decided about one: who proves to have sent a form sent what lies beside it, too.
    async fn files(&self) -> Result<Vec<Found>> {
        let mut read: Vec<Read> = Vec::with_capacity(self.letter.files.len());
        let mut lines = 0;
        for (at, file) in self.letter.files.iter().enumerate() {
            let one = self.read(file, at as i64 + 1, lines < MOST_TOGETHER).await?;
            let account = one.form.as_ref().map(|judged| &judged.account).or(one.found.account.as_ref());
            lines += account.map_or(0, |account| account.lines.len());
            read.push(one);
        }
        let by_token = read.iter().filter(|file| file.found.evidence == Some(Evidence::Token));
        let proved: Vec<String> = by_token.filter_map(|file| file.found.row.customer_id.clone()).collect();
        let mut found = Vec::with_capacity(read.len());
        for file in read {
            found.push(match file.form {
                Some(judged) => self.form(file.found, judged, &proved).await?,
                None => file.found,
            });
        }
        Ok(found)
    }

    /// Reads a file and judges what it would be; where there is no more room for accounts, it waits as it is.
    async fn read(&self, file: &File, no: i64, room: bool) -> Result<Read> {
        let row = FileRow {
            id: self.state.clock.new_id().to_string(),
            no,
            name: file.name.clone(),
            media_type: short(&file.media_type, 100),
            size: file.bytes.len() as i64,
            ..FileRow::default()
        };
        let told = |state: State, reason: &str, detail: String| {
            let row = FileRow { verdict: state.word().into(), reason: reason.into(), detail: short(&detail, 300), ..row.clone() };
            Ok(Found { row, account: None, evidence: None, order: None }.into())
        };
        match file.look {
            Look::Table => {}
            Look::Decoration => return told(State::Ignored, "decoration", String::new()),
            Look::Other => return told(State::Ignored, "other_file", String::new()),
            Look::Picture => return told(State::NeedsPerson, PICTURE, String::new()),
            Look::Winmail => return told(State::NeedsPerson, "winmail", String::new()),
            Look::Locked => return told(State::NeedsPerson, "locked", String::new()),
        }
        if !room {
            return told(State::NeedsPerson, TOO_MANY, String::new());
        }
        let book = match child::read_book(&file.bytes).await {
            Ok(book) => book,
            Err(ChildError::Refused { code: "not_a_sheet", detail }) => return told(State::Ignored, "not_a_sheet", detail),
            Err(ChildError::Refused { code, detail }) => return self.refused(row, code, detail).await.map(Read::from),
            Err(failed @ ChildError::Failed(_)) => return Err(not_run(failed)),
        };
        let signed = self.is_signed();
        let incoming = Incoming { book: &book, file_name: &file.name, beside: &self.letter.subject };
        let judged = match forms::judge_order(self.state, &incoming, Asking::For(None), self.firm.lang).await {
            Ok(judged) => judged,
            Err(AppError::Invalid { code: "customer_needed", .. }) => return self.of_nobody(row, &incoming, signed).await.map(Read::from),
            Err(AppError::Invalid { code: forms::TOO_LONG, detail, .. }) => return self.refused(row, forms::TOO_LONG, detail).await.map(Read::from),
            Err(AppError::Conflict { code, detail, .. }) => return told(State::NeedsPerson, code, detail),
            Err(error) => return Err(error),
        };
        // What is said of its lines is said to the customer.
        let lang = lang_of(&mut *self.state.db.read().await?, &judged.customer, self.firm).await?;
        let judged = if lang == self.firm.lang { judged } else { forms::judge_order(self.state, &incoming, Asking::For(None), lang).await? };
        let row = with_account(row, &judged)?;
        let known = signed && store::customers_of_address(&mut *self.state.db.read().await?, &self.letter.from).await?.contains(&judged.customer);
        let form = row.form_id.as_deref().unwrap_or_default();
        let issued = forms::store::issued(&mut *self.state.db.read().await?, form).await?;
        let now = self.state.clock.now_ms();
        let evidence = match issued.is_some_and(|issued| sender::is_proved(&self.forms, &book, form, issued, now)) {
            true => Some(Evidence::Token),
            false => known.then_some(Evidence::Signed),
        };
        Ok(Read { found: Found { row, account: None, evidence, order: None }, form: Some(judged) })
    }

    fn is_signed(&self) -> bool {
        self.state.config.mail_authserv.as_deref().is_some_and(|server| sender::is_signed(self.letter, server))
    }

    /// A file that cannot be opened. Its sender is told, where we know who that is.
    async fn refused(&self, row: FileRow, code: &str, detail: String) -> Result<Found> {
        let mut customer_id = None;
        if self.is_signed() {
            let known = store::customers_of_address(&mut *self.state.db.read().await?, &self.letter.from).await?;
            customer_id = <[String; 1]>::try_from(known).ok().map(|[one]| one);
        }
        let evidence = customer_id.is_some().then_some(Evidence::Signed);
        let row = FileRow { verdict: State::Refused.word().into(), reason: code.into(), detail: short(&detail, 300), customer_id, ..row };
        Ok(Found { row, account: None, evidence, order: None })
    }

    /// A table that is no form of ours: what it would be, where the sender is known, for a person to decide.
    async fn of_nobody(&self, row: FileRow, incoming: &Incoming<'_>, signed: bool) -> Result<Found> {
        let row = FileRow { verdict: State::NeedsPerson.word().into(), reason: "no_form".into(), ..row };
        let known = store::customers_of_address(&mut *self.state.db.read().await?, &self.letter.from).await?;
        let Ok([customer]) = <[String; 1]>::try_from(known) else { return Ok(Found { row, account: None, evidence: None, order: None }) };
        let evidence = signed.then_some(Evidence::Signed);
        match forms::judge_order(self.state, incoming, Asking::For(Some(customer)), self.firm.lang).await {
            Ok(judged) => {
                let mut row = with_account(row, &judged)?;
                if self.kind != Kind::Letter && judged.account.read > 0 {
                    row.reason = self.kind.word().into();
                }
                Ok(Found { row, account: Some(judged.account), evidence, order: None })
            }
            Err(AppError::Internal(error)) => Err(AppError::Internal(error)),
            Err(_) => Ok(Found { row, account: None, evidence, order: None }),
        }
    }

    /// A form of a customer's: decides about it, and enters the order where everything is proved. `proved` are customers whose
    /// own sheet came with the message.
    async fn form(&self, found: Found, judged: AsOrder, proved: &[String]) -> Result<Found> {
        let mut row = found.row;
        let evidence = found.evidence.or_else(|| proved.contains(&judged.customer).then_some(Evidence::Token));
        let form = row.form_id.as_deref().unwrap_or_default();
        let warned = |note: Note| judged.account.warnings.iter().any(|warning| warning.code == note.code());
        let open = store::open_order_of_form(&mut *self.state.db.read().await?, form, &row.content).await?;
        let (state, reason, detail) = if self.kind != Kind::Letter {
            // Absence notes and our own answers carry sheets of ours that nobody has filled in.
            let filled = judged.account.read > 0;
            if filled { (State::NeedsPerson, self.kind.word(), String::new()) } else { (State::Ignored, EMPTY, String::new()) }
        } else if warned(Note::FormsDiffer) {
            (State::NeedsPerson, "forms_differ", String::new())
        } else if DOUBTS.into_iter().any(warned) {
            // Also where nothing was read: what was meant may stand in the other column.
            (State::NeedsPerson, DOUBTFUL, String::new())
        } else if judged.account.read == 0 {
            (State::Refused, EMPTY, String::new())
        } else if judged.account.accepted + judged.account.changed == 0 {
            (State::Refused, "nothing_taken", String::new())
        } else if evidence.is_none() {
            (State::NeedsPerson, NOT_PROVED, String::new())
        } else if let Some((_, number)) = open {
            (State::NeedsPerson, OTHER_OPEN, number)
        } else {
            (State::Accepted, "", String::new())
        };
        row.verdict = state.word().into();
        row.reason = reason.into();
        row.detail = detail;
        let mut order = None;
        if state == State::Accepted {
            let id = order_id(self.key, row.no, &self.letter.date);
            let putting = Putting { by: By::Buyer, actor: ACTOR.into(), user_id: None, message: None };
            order = enter(self.state, &mut row, &judged, id, putting).await?;
        }
        Ok(Found { row, account: Some(judged.account), evidence, order })
    }
}

/// The row with what was read.
pub fn with_account(row: FileRow, judged: &AsOrder) -> Result<FileRow> {
    let lines: Vec<_> = judged.wanted.lines.iter().map(|line| (line.code.clone(), line.quantity)).collect();
    Ok(FileRow {
        form_id: judged.account.form_id.clone(),
        customer_id: Some(judged.customer.clone()),
        content: entry::content(judged.account.form_id.as_deref(), &lines),
        account: serde_json::to_string(&judged.account).context("an account")?,
        ..row
    })
}

/// Who puts an order in.
pub struct Putting {
    pub by: By,
    pub actor: String,
    pub user_id: Option<String>,
    /// The message a decision is about, as whoever decides saw it.
    pub message: Option<Message>,
}

/// Enters the order of a file; where it cannot be one, the row says why.
pub async fn enter(state: &AppState, row: &mut FileRow, judged: &AsOrder, id: OrderId, putting: Putting) -> Result<Option<Ordered>> {
    let customer: CustomerId = judged.customer.parse().context("stored customer id")?;
    let origin = Origin {
        source: Source::Mail,
        by: putting.by,
        actor: putting.actor,
        user_id: putting.user_id,
        form_id: row.form_id.clone(),
        received_on: None,
        content: Some(row.content.clone()),
        account: Some(judged.account.clone()),
        message: putting.message,
    };
    let wanted: &SubmitOrder = &judged.wanted;
    let ordered = match entry::enter(state, customer, id, wanted, &origin).await {
        Ok(Entered::Stored { order, .. }) => Ordered { id: order.id.to_string(), number: order.number, double: false },
        Ok(Entered::Double { id, number }) => Ordered { id, number, double: true },
        // Stored before a crash, when the customer's address was another one.
        Err(AppError::Conflict { code: "order_differs", .. }) => {
            let stored = orders::order(&mut *state.db.read().await?, &id.to_string()).await?.ok_or(AppError::NotFound)?;
            Ordered { id: stored.id, number: stored.number, double: false }
        }
        Err(AppError::Conflict { code, detail, .. } | AppError::Invalid { code, detail, .. }) => {
            row.verdict = State::NeedsPerson.word().into();
            row.reason = code.into();
            row.detail = short(&detail, 300);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    row.verdict = State::Accepted.word().into();
    row.reason = if ordered.double { "double".into() } else { String::new() };
    row.detail.clone_from(&ordered.number);
    row.order_id = Some(ordered.id.clone());
    Ok(Some(ordered))
}

/// What is stored with a message.
#[derive(Default)]
struct Taking {
    found: Vec<Found>,
    came_back: Option<Undelivered>,
}

/// Stores the message with its files, what is answered and what it teaches, at once.
async fn write(state: &AppState, raw: &[u8], place: &Place, key: &str, mut row: MailRow, taking: Taking, letter: &Letter) -> Result<State> {
    let Taking { mut found, came_back } = taking;
    let answers = answer::prepare(state, &row, &found).await?;
    if let Some(file) = untold(&row, &found, &answers) {
        row.state = State::NeedsPerson.word().into();
        row.reason.clone_from(&file.row.reason);
        row.detail.clone_from(&file.row.detail);
    }
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    row.raw_hash = Some(bodies::hold(&mut tx, "message/rfc822", raw, now).await?);
    let sent = confirm::ask(&mut tx, state, &row, &found).await?;
    for file in found.iter_mut().filter(|file| sent.contains(&file.row.id)) {
        file.row.reason = confirm::ASKED.into();
        if row.reason == NOT_PROVED {
            row.reason = confirm::ASKED.into();
        }
    }
    match store::insert(&mut tx, key, place, &row).await {
        // Another server was faster; its word counts.
        Err(error) if crate::db::is_unique_violation(&error) => {
            tx.rollback().await?;
            return known(state, key).await?.ok_or_else(|| AppError::Internal(error.into()));
        }
        done => done?,
    }
    for (file, content) in found.iter_mut().zip(&letter.files) {
        file.row.mail_id.clone_from(&row.id);
        // What is nothing of an order is kept within its message, and nowhere else.
        if file.row.verdict != State::Ignored.word() {
            file.row.hash = Some(bodies::hold(&mut tx, "application/octet-stream", &content.bytes, now).await?);
        }
        store::insert_file(&mut tx, &file.row).await?;
    }
    if let Some(came_back) = &came_back
        && let Some(said) = &came_back.struck_off
    {
        settle::strike_off(&mut tx, &came_back.recipient, said, now).await?;
    }
    answer::send(&mut tx, state, answers).await?;
    tx.commit().await?;
    State::parse(&row.state).map_err(AppError::Internal)
}

/// A file that is refused and whose sender is not told, for nothing proves who that is, or because somebody was answered a moment
/// ago: a person has to see to it. That an empty form lay beside one that was taken is no news to anybody.
fn untold<'a>(row: &MailRow, found: &'a [Found], answers: &[answer::Answer]) -> Option<&'a Found> {
    if row.state == State::NeedsPerson.word() {
        return None;
    }
    let taken = row.state == State::Accepted.word();
    let mut refused = found.iter().filter(|file| file.row.verdict == State::Refused.word() && !(taken && file.row.reason == EMPTY));
    refused.find(|file| answers.iter().all(|answer| answer.file != file.row.no))
}

/// The language a customer is written to in.
pub async fn lang_of(connection: &mut AnyConnection, customer: &str, firm: &FirmSettings) -> Result<Lang> {
    let found = orders::customer(connection, customer).await?;
    Ok(found.and_then(|customer| Lang::parse(&customer.lang)).unwrap_or(firm.lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_is_the_same_whatever_brought_it() {
        let letter = Letter { message_id: "a@b".into(), from: "a@b".into(), text: "text".into(), ..Letter::default() };
        let relayed = Letter { return_path: Some("a@b".into()), authentication: vec!["mx; dkim=pass".into()], ..letter.clone() };
        assert_eq!(key_of(&letter, b"1"), key_of(&relayed, b"2"));
        // The id alone does not make it so: anybody can write it.
        assert_ne!(key_of(&letter, b"1"), key_of(&Letter { text: "another".into(), ..letter.clone() }, b"1"));
        assert_ne!(key_of(&Letter::default(), b"1"), key_of(&Letter::default(), b"2"));
        let id = order_id("key", 1, "Thu, 15 Jan 2026 09:00:00 +0000");
        assert_eq!((id, id.made_at()), (order_id("key", 1, "Thu, 15 Jan 2026 09:00:00 +0000"), 1_768_467_600_000));
        assert_ne!(order_id("key", 1, ""), order_id("key", 2, ""));
    }

    #[test]
    fn what_passes_is_waited_for_and_what_does_not_is_told() {
        let passes = |error: anyhow::Error| is_passing(&AppError::Internal(error));
        assert!(is_passing(&AppError::NotReady { code: "busy", retry_after: 1 }));
        assert!(is_passing(&not_run(ChildError::Failed(anyhow::anyhow!("cannot start the child process")))));
        let io = || sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        for error in [io(), sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed] {
            assert!(passes(error.into()));
        }
        assert!(passes(anyhow::Error::from(io()).context("reading a form")));
        // The database was there, and did not like what it was given.
        assert!(!passes(sqlx::Error::Protocol("a NUL".into()).into()));
        assert!(!passes(sqlx::Error::ColumnNotFound("x".into()).into()));
        assert!(!passes(anyhow::anyhow!("stored file id")) && !is_passing(&AppError::NotFound));
        assert_eq!(short("text/\0csv\n; x", 8), "text/csv");
    }
}
