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
    Document,
    Customer,
    Import,
    Message,
    Job,
    Snapshot,
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
const ADMIN: Access = Access::Roles(&[Role::Admin]);
const SALES: Access = Access::Roles(&[Role::Sales, Role::Admin]);
const STAFF: Access = Access::Roles(&[Role::Sales, Role::Accountant, Role::Marketer, Role::Admin]);
const ORDERS: Access = Access::Roles(&[Role::Buyer, Role::Sales, Role::Accountant, Role::Admin]);
const MARKET: Access = Access::Roles(&[Role::Sales, Role::Marketer, Role::Admin]);

table! {
    Health          GET    "/healthz"                              ANYONE, Nothing,  "Whether the database answers and migrations are in";
    OpenApi         GET    "/api/openapi.json"                     ANYONE, Nothing,  "This description";
    Firm            GET    "/api/firm"                             ANYONE, Nothing,  "What every page shows of the seller";
    WhoAmI          GET    "/api/session"                          ANYONE, Nothing,  "Who is signed in; null when nobody is";
    LogIn           POST   "/api/session"                          ANYONE, Nothing,  "Sign in";
    LogOut          DELETE "/api/session"                          ANYONE, Nothing,  "Sign out";
    GetSettings     GET    "/api/settings"                         ADMIN,  Nothing,  "Settings";
    SaveSettings    PUT    "/api/settings"                         ADMIN,  Nothing,  "Change settings";
    Audit           GET    "/api/audit"                            ADMIN,  Nothing,  "Who changed what, when";
    ListCustomers   GET    "/api/customers"                        STAFF,  Nothing,  "Customers";
    GetCustomer     GET    "/api/customers/{id}"                   STAFF,  Customer, "Everything about one customer";
    Segments        GET    "/api/segments"                         MARKET, Nothing,  "Segments as of a day, with the list behind a count";
    SubmitOrder     PUT    "/api/orders/{id}"                      BUYER,  Order,    "Submit an order under an id of the client's own";
    ListOrders      GET    "/api/orders"                           ORDERS, Nothing,  "Orders, newest first; a buyer's own, or everybody's for staff";
    GetOrder        GET    "/api/orders/{id}"                      ORDERS, Order,    "One order";
    AnswerPrices    POST   "/api/orders/{id}/prices"               BUYER,  Order,    "The buyer's answer to raised prices";
    CancelOrder     POST   "/api/orders/{id}/cancel"               BUYER,  Order,    "Cancel before confirmation";
    ConfirmOrder    POST   "/api/orders/{id}/confirm"              SALES,  Order,    "Confirm and post a proforma invoice";
    RefuseOrder     POST   "/api/orders/{id}/refuse"               SALES,  Order,    "Refuse, with the reason the buyer reads";
    Bought          GET    "/api/bought"                           BUYER,  Nothing,  "Codes of products bought before";
    DocumentPdf     GET    "/api/documents/{id}/pdf"               ORDERS, Document, "A posted document as PDF";
    ListMessages    GET    "/api/messages"                         MARKET, Nothing,  "The outbox";
    RetryMessage    POST   "/api/messages/{id}/retry"              SALES,  Message,  "Send a failed or uncertain message again";
    ListJobs        GET    "/api/jobs"                             ADMIN,  Nothing,  "Background work that waits, runs or failed";
    RetryJob        POST   "/api/jobs/{id}/retry"                  ADMIN,  Job,      "Run a failed job again";
    RunImport       POST   "/api/imports"                          SALES,  Nothing,  "Import a file, or preview it with dry_run";
    ListImports     GET    "/api/imports"                          SALES,  Nothing,  "Imports, newest first";
    GetImport       GET    "/api/imports/{id}"                     SALES,  Import,   "One import with its refusals";
    ListPriceLists  GET    "/api/price-lists"                      SALES,  Nothing,  "Published versions, newest first";
    Publish         POST   "/api/price-lists"                      SALES,  Nothing,  "Publish the catalogue as the next version";
    PriceList       GET    "/api/price-list"                       ANYONE, Nothing,  "The price list version in force for whoever asks";
    Snapshot        GET    "/api/price-list/{version}/{overlay}"   ANYONE, Snapshot, "One published version, immutable";
    GetSending      GET    "/api/sending"                          STAFF,  Nothing,  "Whether anything is sent at all";
    ReleaseSending  POST   "/api/sending/release"                  ADMIN,  Nothing,  "Let sending go on after a restore or a stop";
    Asset           GET    "/assets/{file}"                        ANYONE, Nothing,  "A file of the app";
    BuyerPage       GET    "/"                                     ANYONE, Nothing,  "The buyer's page";
    BuyerRoute      GET    "/{*path}"                              ANYONE, Nothing,  "The buyer's page, at any address of its own";
    StaffPage       GET    "/admin"                                ANYONE, Nothing,  "The staff page; it shows nothing before signing in";
    StaffRoute      GET    "/admin/{*path}"                        ANYONE, Nothing,  "The staff page, at any address of its own";
}
