//! The one table of role × route. A route exists only as a row here: the router, the OpenAPI document and the
//! test that calls every route as everyone are all made from it, so a route without a row does not compile.

use axum::http::Method;
use kontor_shared::api::Role;

/// Who may call a route at all. Whose rows they see is decided in the query: another's id answers 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    Roles(&'static [Role]),
}

impl Access {
    pub fn allows(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Self::Public, _) => true,
            (Self::Roles(roles), Some(role)) => roles.contains(&role),
            (Self::Roles(_), None) => false,
        }
    }
}

/// What an `{id}` in the path names, for the test that tries own, other's and missing ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    Nothing,
    Order,
    /// A scan kept with an order.
    Paper,
    Document,
    Customer,
    /// A person at a customer, for staff.
    Contact,
    /// The same, for the customer itself.
    OwnContact,
    /// A change a customer asked for.
    Request,
    Import,
    Message,
    Mailing,
    Template,
    /// The token in a mail's links.
    Token,
    Job,
    Snapshot,
    Delta,
    Logo,
    /// One of a product's pictures.
    Picture,
    /// A product, by its code.
    Product,
    Person,
    Application,
    /// A message that came by e-mail.
    Incoming,
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub id: RouteId,
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    pub names: Names,
    pub summary: &'static str,
}

impl Row {
    pub fn method(&self) -> Method {
        Method::from_bytes(self.method.as_bytes()).unwrap_or(Method::GET)
    }
}

macro_rules! table {
    ($($id:ident $method:ident $path:literal $access:expr, $names:ident, $summary:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RouteId { $($id),* }

        impl RouteId {
            pub const ALL: &'static [RouteId] = &[$(RouteId::$id),*];
            pub const fn row(self) -> Row {
                match self {
                    $(RouteId::$id => Row {
                        id: RouteId::$id, method: stringify!($method), path: $path, access: $access,
                        names: Names::$names, summary: $summary,
                    }),*
                }
            }
        }
    };
}

const ANYONE: Access = Access::Public;
const BUYER: Access = Access::Roles(&[Role::Buyer]);
const SIGNED: Access = Access::Roles(&Role::ALL);
const ADMIN: Access = Access::Roles(&[Role::Admin]);
const SALES: Access = Access::Roles(&[Role::Sales, Role::Admin]);
const STAFF: Access = Access::Roles(&[Role::Sales, Role::Accountant, Role::Marketer, Role::Admin]);
const ORDERS: Access = Access::Roles(&[Role::Buyer, Role::Sales, Role::Accountant, Role::Admin]);
const OFFICE: Access = Access::Roles(&[Role::Sales, Role::Accountant, Role::Admin]);
const READ: Access = Access::Roles(&[Role::Buyer, Role::Sales, Role::Admin]);
const SEND: Access = Access::Roles(&[Role::Marketer, Role::Admin]);
const MARKET: Access = Access::Roles(&[Role::Sales, Role::Marketer, Role::Admin]);
const RULES: Access = Access::Roles(&[Role::Marketer, Role::Admin]);

table! {
    Health          GET    "/healthz"                              ANYONE, Nothing,  "Whether the database answers and migrations are in";
    OpenApi         GET    "/api/openapi.json"                     ANYONE, Nothing,  "This description";
    Firm            GET    "/api/firm"                             ANYONE, Nothing,  "What every page shows of the seller";
    WhoAmI          GET    "/api/session"                          ANYONE, Nothing,  "Who is signed in; null when nobody is";
    LogIn           POST   "/api/session"                          ANYONE, Nothing,  "Sign in";
    LogOut          DELETE "/api/session"                          ANYONE, Nothing,  "Sign out";
    Logo            GET    "/api/logo/{id}"                        ANYONE, Logo,     "The firm's logo, immutable";
    LookSetUp       POST   "/api/set-up/link"                      ANYONE, Nothing,  "Whether a set-up link works";
    SetUp           POST   "/api/set-up"                           ANYONE, Nothing,  "Make the firm and its first administrator, with a set-up link";
    GetSettings     GET    "/api/settings"                         ADMIN,  Nothing,  "Settings";
    SaveSettings    PUT    "/api/settings"                         ADMIN,  Nothing,  "Change sections of the settings";
    UndoSettings    POST   "/api/settings/undo"                    ADMIN,  Nothing,  "The settings, or one section of them, as they were before a change";
    SaveLogo        POST   "/api/settings/logo"                    ADMIN,  Nothing,  "Set the firm's logo, a PNG or JPEG";
    RemoveLogo      DELETE "/api/settings/logo"                    ADMIN,  Nothing,  "Remove the firm's logo";
    TestMail        POST   "/api/settings/test-mail"               ADMIN,  Nothing,  "Send a test message and say what the mail server answered";
    Audit           GET    "/api/audit"                            ADMIN,  Nothing,  "Who changed what, when";
    ListCustomers   GET    "/api/customers"                        STAFF,  Nothing,  "Customers";
    GetCustomer     GET    "/api/customers/{id}"                   STAFF,  Customer, "Everything about one customer";
    AddCustomer     POST   "/api/customers"                        SALES,  Nothing,  "A new customer under an id of the client's own";
    SaveCustomer    PUT    "/api/customers/{id}"                   SALES,  Customer, "Change a customer's own row";
    CustomerState   POST   "/api/customers/{id}/state"             SALES,  Customer, "Block a customer, or lift that";
    CustomerChoices GET    "/api/customer-choices"                 STAFF,  Nothing,  "What forms and filters of customers offer";
    AddContact      POST   "/api/contacts"                         SALES,  Nothing,  "A new person at a customer, under an id of the client's own";
    SaveContact     PUT    "/api/contacts/{id}"                    SALES,  Contact,  "Change a person at a customer";
    RecordConsent   POST   "/api/contacts/{id}/consents"           MARKET, Contact,  "Write down a consent or its withdrawal";
    SetBounced      POST   "/api/contacts/{id}/bounced"            MARKET, Contact,  "Say that mail reaches a person's address again, or take that back";
    ExportPerson    POST   "/api/contacts/{id}/export"             ADMIN,  Contact,  "Everything held about a person";
    PreviewErase    GET    "/api/contacts/{id}/erase"              ADMIN,  Contact,  "What erasing a person would do";
    ErasePerson     POST   "/api/contacts/{id}/erase"              ADMIN,  Contact,  "Erase a person; documents stay as posted";
    AnswerRequest   POST   "/api/requests/{id}"                    SALES,  Request,  "Answer a change a customer asked for";
    Profile         GET    "/api/profile"                          BUYER,  Nothing,  "A customer as it sees itself";
    SaveProfile     PUT    "/api/profile"                          BUYER,  Nothing,  "What a customer changes of itself";
    AddOwnContact   POST   "/api/profile/contacts"                 BUYER,  Nothing,  "A new person of the customer's own";
    SaveOwnContact  PUT    "/api/profile/contacts/{id}"            BUYER,  OwnContact, "Change a person of the customer's own";
    GiveConsent     POST   "/api/profile/contacts/{id}/consents"   BUYER,  OwnContact, "Agree to mailings, or withdraw that";
    AskForChange    POST   "/api/profile/requests"                 BUYER,  Nothing,  "Ask staff for a change they have to make";
    Segments        GET    "/api/segments"                         MARKET, Nothing,  "Segments as of a day, with the list behind a count";
    SegmentsXlsx    GET    "/api/segments/workbook"                MARKET, Nothing,  "The list of segments as a workbook";
    SegmentHistory  GET    "/api/segments/history"                 MARKET, Nothing,  "Everybody's segments as they were kept, and who went from where to where";
    KeepSegments    POST   "/api/segments/snapshots"               MARKET, Nothing,  "Keep everybody's segments as of today, or work out past periods";
    SegmentMoves    GET    "/api/segments/moves"                   MARKET, Nothing,  "Who changed segment between two days, and what they had bought";
    MovesXlsx       GET    "/api/segments/moves/workbook"          MARKET, Nothing,  "The same as a workbook, with everything they had bought";
    SegmentRule     PUT    "/api/segments/rule"                    RULES,  Nothing,  "Change the rule the firm judges by, with a reason";
    SegmentTerms    PUT    "/api/customers/{id}/segment"           MARKET, Customer, "One customer's own threshold, or that it is looked after by hand";
    SubmitOrder     PUT    "/api/orders/{id}"                      BUYER,  Order,    "Submit an order under an id of the client's own";
    ListOrders      GET    "/api/orders"                           ORDERS, Nothing,  "Orders, newest first; a buyer's own, or everybody's for staff";
    GetOrder        GET    "/api/orders/{id}"                      ORDERS, Order,    "One order";
    AnswerPrices    POST   "/api/orders/{id}/prices"               BUYER,  Order,    "The buyer's answer to raised prices";
    CancelOrder     POST   "/api/orders/{id}/cancel"               BUYER,  Order,    "Cancel before confirmation";
    ConfirmOrder    POST   "/api/orders/{id}/confirm"              SALES,  Order,    "Confirm and post a proforma invoice";
    ReadForm        POST   "/api/forms"                            READ,   Nothing,  "What a filled-in sheet orders, line by line; stores nothing";
    SaveForm        PUT    "/api/forms/{id}"                       BUYER,  Nothing,  "Tell of a sheet saved from the page, so that it is known when it comes back";
    FormColumns     GET    "/api/form-columns"                     BUYER,  Nothing,  "Which columns of a customer's own tables hold code and quantity";
    SaveFormColumns PUT    "/api/form-columns"                     BUYER,  Nothing,  "Say which columns of tables that look alike hold code and quantity";
    RefuseOrder     POST   "/api/orders/{id}/refuse"               SALES,  Order,    "Refuse, with the reason the buyer reads";
    OrderEntry      GET    "/api/entry"                            SALES,  Nothing,  "Whose order is entered by a form's number or for a customer, and at which prices";
    EnterOrder      PUT    "/api/entry/{id}"                       SALES,  Nothing,  "Store an order from paper, the telephone or a sheet under an id of the client's own";
    OrderBackground GET    "/api/orders/{id}/background"           OFFICE, Order,    "Where an order came from, its scans, and what is odd about it";
    DismissOddity   POST   "/api/orders/{id}/oddities/dismiss"     SALES,  Order,    "Say that something odd about an order was looked at";
    RecallOddity    POST   "/api/orders/{id}/oddities/recall"      SALES,  Order,    "Take that back";
    AddPaper        POST   "/api/orders/{id}/papers"               SALES,  Order,    "Keep a scan or photo with an order";
    Paper           GET    "/api/orders/{id}/papers/{no}"          OFFICE, Paper,    "A scan or photo kept with an order";
    GetDraft        GET    "/api/draft"                            BUYER,  Nothing,  "The order one is putting together, for all one's devices";
    SaveDraft       PUT    "/api/draft"                            BUYER,  Nothing,  "Save it, in the place of a revision";
    Bought          GET    "/api/bought"                           BUYER,  Nothing,  "Codes of products bought before";
    DocumentPdf     GET    "/api/documents/{id}/pdf"               ORDERS, Document, "A posted document as PDF";
    ListMessages    GET    "/api/messages"                         MARKET, Nothing,  "The outbox";
    SentMessage     GET    "/api/messages/{id}/sent"               MARKET, Message,  "A message to the byte as it was sent, attachments included";
    RetryMessage    POST   "/api/messages/{id}/retry"              SALES,  Message,  "Send a failed or uncertain message again";
    GetMessage      GET    "/api/messages/{id}"                    MARKET, Message,  "A message as it was sent";
    ListMailings    GET    "/api/mailings"                         MARKET, Nothing,  "Mailings, newest first";
    MailingChoices  GET    "/api/mailings/choices"                 MARKET, Nothing,  "What the conditions of an audience can name";
    CountAudience   POST   "/api/mailings/audience"                MARKET, Nothing,  "Who would be written to, and who not, and why";
    GetMailing      GET    "/api/mailings/{id}"                    MARKET, Mailing,  "One mailing with what became of its messages";
    SaveMailing     PUT    "/api/mailings/{id}"                    MARKET, Nothing,  "Write or change a draft under an id of the client's own";
    PreviewMailing  GET    "/api/mailings/{id}/preview"            MARKET, Mailing,  "One reader's copy";
    CheckMailing    GET    "/api/mailings/{id}/checks"             MARKET, Mailing,  "What stands in a mailing's way";
    TestMailing     POST   "/api/mailings/{id}/test"               MARKET, Mailing,  "Send one reader's copy to an address of the firm's own";
    TestAddresses   GET    "/api/mailings/test-addresses"          MARKET, Nothing,  "Where tests of mailings may go, one's own address first";
    MailingMessages GET    "/api/mailings/{id}/messages"           MARKET, Mailing,  "Recipients with what became of their messages";
    MailingXlsx     GET    "/api/mailings/{id}/xlsx"               MARKET, Mailing,  "The list of recipients as a workbook";
    MailingPdf      GET    "/api/mailings/{id}/pdf"                MARKET, Mailing,  "The report of a mailing, to print and sign";
    FreezeMailing   POST   "/api/mailings/{id}/freeze"             SEND,   Mailing,  "Write a message for each recipient; none goes out";
    StartMailing    POST   "/api/mailings/{id}/start"              SEND,   Mailing,  "Let the messages go";
    PauseMailing    POST   "/api/mailings/{id}/pause"              MARKET, Mailing,  "Stop sending for now";
    ResumeMailing   POST   "/api/mailings/{id}/resume"             SEND,   Mailing,  "Go on sending";
    CancelMailing   POST   "/api/mailings/{id}/cancel"             MARKET, Mailing,  "End a mailing; what is not sent is never sent";
    ThawMailing     POST   "/api/mailings/{id}/thaw"               SEND,   Mailing,  "Take a mailing back to a draft, while nothing of it was sent";
    ListTemplates   GET    "/api/templates"                        MARKET, Nothing,  "Templates";
    CheckTemplate   POST   "/api/templates/check"                  MARKET, Nothing,  "What is wrong with texts that are not saved yet, and how they look";
    GetTemplate     GET    "/api/templates/{id}"                   MARKET, Template, "One template with its versions";
    SaveTemplate    PUT    "/api/templates/{id}"                   MARKET, Nothing,  "Write a template, or its next version";
    ArchiveTemplate POST   "/api/templates/{id}/archive"           MARKET, Template, "Put a template aside";
    RestoreTemplate POST   "/api/templates/{id}/restore"           MARKET, Template, "Take a template back into use";
    ListJobs        GET    "/api/jobs"                             ADMIN,  Nothing,  "Background work that waits, runs or failed";
    RetryJob        POST   "/api/jobs/{id}/retry"                  ADMIN,  Job,      "Run a failed job again";
    ListPictures    GET    "/api/pictures"                         SALES,  Nothing,  "Products with pictures, and pictures still to be fetched";
    AddPicture      POST   "/api/pictures"                         SALES,  Nothing,  "Give a product a picture: a file named after the product's code";
    ChoosePicture   PUT    "/api/pictures/{code}"                  SALES,  Product,  "Another of a product's pictures, or none";
    FetchPictures   POST   "/api/pictures/fetch"                   SALES,  Nothing,  "Try again to fetch pictures from their addresses";
    Picture         GET    "/api/pictures/{code}/{number}/{size}"  ANYONE, Picture,  "A product's picture, small or large, always the same";
    WithdrawPicture DELETE "/api/pictures/{code}/{number}"         SALES,  Product,  "Take a picture back for good: nobody sees it any more";
    ListIncoming    GET    "/api/incoming"                         SALES,  Nothing,  "Messages that came by e-mail, newest first";
    GetIncoming     GET    "/api/incoming/{id}"                    SALES,  Incoming, "One of them, with what was read of its files";
    IncomingRaw     GET    "/api/incoming/{id}/raw"                SALES,  Incoming, "A message to the byte as it came";
    IncomingFile    GET    "/api/incoming/{id}/files/{no}"         SALES,  Incoming, "A file as it came with a message";
    ReadIncoming    POST   "/api/incoming/{id}/read"               SALES,  Incoming, "What a file would be for a customer; nothing is stored";
    TakeIncoming    POST   "/api/incoming/{id}/take"               SALES,  Incoming, "Take a file as a customer's order";
    DecideIncoming  POST   "/api/incoming/{id}/decide"             SALES,  Incoming, "Refuse a message or put it aside, or take that back";
    ConfirmMailOrder POST  "/api/mail-order/confirm"               ANYONE, Nothing,  "Say by a link that an order that came by e-mail is one's own";
    RunImport       POST   "/api/imports"                          SALES,  Nothing,  "Import a file, or preview it with dry_run";
    ListImports     GET    "/api/imports"                          SALES,  Nothing,  "Imports, newest first";
    GetImport       GET    "/api/imports/{id}"                     SALES,  Import,   "One import with its refusals";
    ListPriceLists  GET    "/api/price-lists"                      SALES,  Nothing,  "Published versions, newest first";
    Publish         POST   "/api/price-lists"                      SALES,  Nothing,  "Publish the catalogue as the next version";
    PriceList       GET    "/api/price-list"                       ANYONE, Nothing,  "The price list version in force for whoever asks";
    Snapshot        GET    "/api/price-list/{version}/{overlay}"   ANYONE, Snapshot, "One published version, immutable";
    PriceListSince  GET    "/api/price-list/{version}/{overlay}/since/{since}" ANYONE, Delta, "What changed since an earlier version, immutable";
    GetSending      GET    "/api/sending"                          STAFF,  Nothing,  "Whether anything is sent at all";
    ListBreakers    GET    "/api/sending/breakers"                 MARKET, Nothing,  "Whom nothing is sent to for a while, why, since when and how long";
    CloseBreaker    POST   "/api/sending/breakers/close"           SEND,   Nothing,  "Send there again before the pause is over";
    ReleaseSending  POST   "/api/sending/release"                  ADMIN,  Nothing,  "Let sending go on after a restore or a stop";
    Unsubscribe     GET    "/u/{token}"                            ANYONE, Token,    "The page behind a mail's unsubscribe link; opening it changes nothing";
    OneClick        POST   "/u/{token}"                            ANYONE, Token,    "Unsubscribe by one click (RFC 8058)";
    PreferencesPage GET    "/preferences/{token}"                  ANYONE, Token,    "The page of a reader's choices";
    Preferences     GET    "/api/preferences/{token}"              ANYONE, Token,    "What a reader of mailings chose, and why a mail came";
    Choose          POST   "/api/preferences/{token}"              ANYONE, Token,    "Choose channels and topics of mailings";
    LookAtLink      POST   "/api/link"                             ANYONE, Nothing,  "What a one-time link leads to";
    SignUpForm      GET    "/api/sign-up"                          ANYONE, Nothing,  "Whether visitors may sign up, and the privacy text";
    SignUp          POST   "/api/sign-up"                          ANYONE, Nothing,  "Sign up; a mail asks the address to confirm";
    ConfirmSignUp   POST   "/api/sign-up/confirm"                  ANYONE, Nothing,  "Confirm a sign-up by its link";
    ForgotPassword  POST   "/api/password/forgot"                  ANYONE, Nothing,  "Ask for a link to choose another password";
    SetPassword     POST   "/api/password"                         ANYONE, Nothing,  "Choose a password by a link";
    ConfirmEmail    POST   "/api/email/confirm"                    ANYONE, Nothing,  "Confirm another address by its link";
    Account         GET    "/api/account"                          SIGNED, Nothing,  "One's own log-in and sessions";
    SaveAccount     PUT    "/api/account"                          SIGNED, Nothing,  "Change one's own language and name";
    Prove           POST   "/api/account/proof"                    SIGNED, Nothing,  "Give the password once more, for what needs it fresh";
    ChangePassword  PUT    "/api/account/password"                 SIGNED, Nothing,  "Change one's own password";
    ChangeEmail     PUT    "/api/account/email"                    SIGNED, Nothing,  "Ask for another address; its link confirms it";
    EndSessions     POST   "/api/account/sessions/end"             SIGNED, Nothing,  "Sign out one other browser, or all others";
    OfferFactor     POST   "/api/account/factor"                   SIGNED, Nothing,  "A secret for an authenticator";
    SetFactor       PUT    "/api/account/factor"                   SIGNED, Nothing,  "Take the offered secret as second factor, with its first code";
    RemoveFactor    DELETE "/api/account/factor"                   SIGNED, Nothing,  "Do without a second factor again; not for staff";
    RecoveryCodes   POST   "/api/account/recovery-codes"           SIGNED, Nothing,  "New recovery codes";
    ListPeople      GET    "/api/people"                           SALES,  Nothing,  "Who can sign in; sales see buyers only";
    Invite          POST   "/api/people"                           SALES,  Nothing,  "Invite someone by mail; sales invite buyers only";
    ChangePerson    PUT    "/api/people/{id}"                      SALES,  Person,   "Change a role, disable or enable";
    InviteAgain     POST   "/api/people/{id}/invite"               SALES,  Person,   "Send an invitation once more";
    WithdrawInvite  DELETE "/api/people/{id}/invite"               SALES,  Person,   "Withdraw an invitation";
    EndTheirs       POST   "/api/people/{id}/end-sessions"         SALES,  Person,   "End all sessions of someone";
    ResetFactor     POST   "/api/people/{id}/reset-factor"         ADMIN,  Person,   "Take a lost second factor away";
    Applications    GET    "/api/applications"                     SALES,  Nothing,  "Sign-ups that wait for a decision";
    Approve         POST   "/api/applications/{id}/approve"        SALES,  Application, "Make a visitor who signed up a customer";
    RefuseSignUp    POST   "/api/applications/{id}/refuse"         SALES,  Application, "Refuse a sign-up";
    Asset           GET    "/assets/{file}"                        ANYONE, Nothing,  "A file of the app";
    BuyerPage       GET    "/"                                     ANYONE, Nothing,  "The price list, with its first rows in it";
    BuyerRoute      GET    "/{*path}"                              ANYONE, Nothing,  "The buyer's page, at any address of its own";
    Shell           GET    "/shell/{page}"                         ANYONE, Nothing,  "One of the buyer's pages without rows, to keep for opening it without a network";
    StaffPage       GET    "/admin"                                ANYONE, Nothing,  "The staff page; it shows nothing before signing in";
    StaffRoute      GET    "/admin/{*path}"                        ANYONE, Nothing,  "The staff page, at any address of its own";
}

impl RouteId {
    /// Whether staff who have not set up a second factor yet may call it as themselves: who they are, setting it up,
    /// leaving. To other routes open to anyone they are visitors, and the rest is closed to them.
    pub const fn open_while_enrolling(self) -> bool {
        use RouteId::*;
        matches!(self, WhoAmI | LogIn | LogOut | Account | SaveAccount | Prove | ChangePassword | OfferFactor | SetFactor)
    }
}
