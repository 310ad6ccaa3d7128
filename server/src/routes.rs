//! Every route's handler and description, by the table in [`crate::access`]; and the layers round them all.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post, put};
use kontor_shared::api::{self, CSRF_HEADER};
use kontor_shared::drafts::device::{KeptDraft, SavedDraft};

use crate::access::{Access, RouteId};
use crate::error::{AppError, Result};
use crate::openapi::{Doc, binary, json, none, page};
use crate::{
    AppState, accounts, assets, audit, auth, customers, documents, drafts, firm, forms, http, imports, intake, jobs, mailings, openapi, orders, outbox,
    pictures, preferences, price_list, segments, sending, setup,
};

/// Largest body of a JSON request. An order of 5 000 lines is about 500 KB.
const JSON_LIMIT: usize = 1 << 20;
/// Largest file an import takes.
pub const UPLOAD_LIMIT: usize = 32 << 20;

/// The handler and the description of a route. Exhaustive: a row without a handler does not compile.
fn endpoint(id: RouteId) -> (MethodRouter<AppState>, Doc) {
    match id {
        RouteId::Health => (get(http::health), json::<api::Health>()),
        RouteId::OpenApi => (get(openapi::show), json::<serde_json::Value>()),
        RouteId::Firm => (get(firm::show), json::<api::Firm>()),
        RouteId::WhoAmI => (get(auth::who_am_i), json::<Option<api::Session>>()),
        RouteId::LogIn => (post(auth::log_in), json::<api::Session>().body::<api::LogIn>()),
        RouteId::LogOut => (delete(auth::log_out), none()),
        RouteId::Logo => (get(firm::logo::show), binary("image/*")),
        RouteId::LookSetUp => (post(setup::look), json::<api::firm::SetUpReady>().body::<api::firm::SetUpLink>()),
        RouteId::SetUp => (post(setup::set_up), json::<api::Session>().body::<api::firm::SetUp>()),
        RouteId::GetSettings => (get(firm::sections::show), json::<api::firm::Settings>()),
        RouteId::SaveSettings => (put(firm::sections::save), json::<api::firm::Settings>().body::<api::firm::SaveSettings>()),
        RouteId::UndoSettings => (post(firm::undo::undo), json::<api::firm::Settings>().query(&["section"])),
        RouteId::SaveLogo => (post(firm::logo::upload), json::<api::firm::Settings>().bytes()),
        RouteId::RemoveLogo => (delete(firm::logo::remove), json::<api::firm::Settings>()),
        RouteId::TestMail => (post(firm::test_mail::send), json::<api::firm::TestMailReport>().body::<api::firm::TestMail>()),
        RouteId::Audit => (get(audit::list), json::<api::AuditPage>().query(&["after"])),
        RouteId::ListCustomers => {
            (get(customers::list), json::<api::CustomerPage>().query(&["q", "state", "manager", "price_type", "region", "segment", "asks", "after"]))
        }
        RouteId::GetCustomer => (get(customers::show), json::<api::Customer>().query(&["after"])),
        RouteId::AddCustomer => (post(customers::edit::create), json::<api::Customer>().body::<api::people::NewCustomer>().created()),
        RouteId::SaveCustomer => (put(customers::edit::save), json::<api::Customer>().body::<api::people::SaveCustomer>()),
        RouteId::CustomerState => (post(customers::edit::set_state), json::<api::Customer>().body::<api::people::SetCustomerState>()),
        RouteId::CustomerChoices => (get(customers::requests::choices), json::<api::people::CustomerChoices>()),
        RouteId::AddContact => (post(customers::contacts::create), json::<api::Customer>().body::<api::people::NewContact>().created()),
        RouteId::SaveContact => (put(customers::contacts::save), json::<api::Customer>().body::<api::people::SaveContact>()),
        RouteId::RecordConsent => (post(customers::contacts::consent), json::<api::Customer>().body::<api::people::RecordConsent>()),
        RouteId::SetBounced => (post(customers::bounced::set), json::<api::Customer>().body::<api::people::SetBounced>()),
        RouteId::ExportPerson => (post(customers::person::export), json::<api::people::PersonExport>()),
        RouteId::PreviewErase => (get(customers::erase::preview), json::<api::people::ErasePreview>()),
        RouteId::ErasePerson => (post(customers::erase::erase), json::<api::people::Erased>().body::<api::people::Erase>()),
        RouteId::AnswerRequest => (post(customers::requests::answer), json::<api::Customer>().body::<api::people::AnswerRequest>()),
        RouteId::Profile => (get(customers::profile::show), json::<api::people::Profile>()),
        RouteId::SaveProfile => (put(customers::profile::save), json::<api::people::Profile>().body::<api::people::SaveProfile>()),
        RouteId::AddOwnContact => (post(customers::profile::add_contact), json::<api::people::Profile>().body::<api::people::NewOwnContact>().created()),
        RouteId::SaveOwnContact => (put(customers::profile::save_contact), json::<api::people::Profile>().body::<api::people::SaveContact>()),
        RouteId::GiveConsent => (post(customers::profile::consent), json::<api::people::Profile>().body::<api::people::GiveConsent>()),
        RouteId::AskForChange => (post(customers::profile::ask), json::<api::people::Profile>().body::<api::people::AskForChange>()),
        RouteId::Segments => {
            (get(segments::show), json::<api::SegmentPage>().query(&["as_of", "period", "mode", "regular_from", "lapse", "segment", "q", "after"]))
        }
        RouteId::SegmentsXlsx => (
            get(segments::workbook::list),
            binary(segments::workbook::XLSX).query(&["as_of", "period", "mode", "regular_from", "lapse", "segment", "q", "lang"]),
        ),
        RouteId::SegmentHistory => (get(segments::history::show), json::<api::segments::SegmentHistory>()),
        RouteId::KeepSegments => (post(segments::history::take_by_hand), json::<api::segments::SegmentHistory>().body::<api::segments::TakeSnapshot>()),
        RouteId::SegmentMoves => (get(segments::moves::list), json::<api::segments::SegmentMoves>().query(&["from", "to", "out_of", "into", "after"])),
        RouteId::MovesXlsx => (get(segments::workbook::moved), binary(segments::workbook::XLSX).query(&["from", "to", "out_of", "into", "lang"])),
        RouteId::SegmentRule => (put(segments::terms::save_rule), json::<api::segments::SegmentRuleChange>().body::<api::segments::SaveSegmentRule>()),
        RouteId::SegmentTerms => (put(segments::terms::save), json::<Option<api::segments::SegmentTerms>>().body::<api::segments::SaveSegmentTerms>()),
        RouteId::SubmitOrder => (put(orders::submit), json::<api::Order>().body::<api::SubmitOrder>().created()),
        RouteId::ListOrders => (get(orders::list), json::<api::OrderPage>().query(&["state", "customer", "open", "q", "after"])),
        RouteId::GetOrder => (get(orders::show), json::<api::Order>()),
        RouteId::AnswerPrices => (post(orders::answer_prices), json::<api::Order>().body::<api::AnswerPrices>()),
        RouteId::CancelOrder => (post(orders::cancel), json::<api::Order>()),
        RouteId::ConfirmOrder => (post(orders::confirm), json::<api::Confirmed>()),
        RouteId::ReadForm => (post(forms::routes::read), json::<api::forms::FormAccount>().bytes().query(&["name", "customer", "lang"])),
        RouteId::SaveForm => (put(forms::routes::save), json::<api::forms::FormToken>().body::<api::forms::SavedForm>()),
        RouteId::FormColumns => (get(forms::routes::columns), json::<api::forms::FormColumnsList>()),
        RouteId::SaveFormColumns => (put(forms::routes::save_columns), json::<api::forms::FormColumnsList>().body::<api::forms::FormColumns>()),
        RouteId::RefuseOrder => (post(orders::refuse), json::<api::Order>().body::<api::RefuseOrder>()),
        RouteId::OrderEntry => (get(orders::desk::open), json::<api::entry::EntryDesk>().query(&["form", "customer"])),
        RouteId::EnterOrder => (put(orders::desk::enter), json::<api::Order>().body::<api::entry::EnterOrder>().created()),
        RouteId::OrderBackground => (get(orders::background::show), json::<api::entry::OrderBackground>()),
        RouteId::DismissOddity => (post(orders::background::dismiss), json::<api::entry::OrderBackground>().body::<api::entry::NameOddity>()),
        RouteId::RecallOddity => (post(orders::background::recall), json::<api::entry::OrderBackground>().body::<api::entry::NameOddity>()),
        RouteId::AddPaper => (post(orders::papers::add), json::<api::entry::OrderBackground>().bytes().query(&["name"])),
        RouteId::Paper => (get(orders::papers::show), binary("*/*")),
        RouteId::GetDraft => (get(drafts::show), json::<KeptDraft>().query(&["of", "owner"])),
        RouteId::SaveDraft => (put(drafts::save), json::<SavedDraft>().query(&["of", "owner"]).body::<api::draft::SaveDraft>()),
        RouteId::Bought => (get(orders::bought), json::<api::Bought>()),
        RouteId::DocumentPdf => (get(documents::pdf), binary("application/pdf")),
        RouteId::ListMessages => (get(outbox::list), json::<api::MessagePage>().query(&["state", "after"])),
        RouteId::SentMessage => (get(outbox::sent), binary("message/rfc822")),
        RouteId::RetryMessage => (post(outbox::retry), json::<api::Message>()),
        RouteId::GetMessage => (get(mailings::message::show), json::<api::mailings::MessageView>()),
        RouteId::ListMailings => (get(mailings::desk::list), json::<api::mailings::MailingPage>().query(&["after"])),
        RouteId::MailingChoices => (get(mailings::desk::choices), json::<api::mailings::AudienceChoices>()),
        RouteId::CountAudience => (post(mailings::desk::count), json::<api::mailings::AudienceCount>().body::<api::mailings::CountAudience>()),
        RouteId::GetMailing => (get(mailings::desk::show), json::<api::mailings::Mailing>()),
        RouteId::SaveMailing => (put(mailings::desk::save), json::<api::mailings::Mailing>().body::<api::mailings::SaveMailing>()),
        RouteId::PreviewMailing => (get(mailings::preview::show), json::<api::mailings::MailingPreview>().query(&["at", "q"])),
        RouteId::CheckMailing => (get(mailings::preview::checks), json::<api::mailings::MailingChecks>()),
        RouteId::TestMailing => (post(mailings::test_send::send), json::<api::mailings::TestSent>().body::<api::mailings::TestMailing>()),
        RouteId::TestAddresses => (get(mailings::test_send::addresses), json::<api::mailings::TestAddresses>()),
        RouteId::MailingMessages => (get(mailings::desk::messages), json::<api::mailings::RecipientPage>().query(&["state", "reason", "q", "after"])),
        RouteId::MailingXlsx => (get(mailings::results::xlsx), binary(segments::workbook::XLSX).query(&["lang"])),
        RouteId::MailingPdf => (get(mailings::results::print), binary("application/pdf").query(&["lang"])),
        RouteId::FreezeMailing => (post(mailings::lifecycle::freeze), json::<api::mailings::Mailing>()),
        RouteId::StartMailing => (post(mailings::lifecycle::start), json::<api::mailings::Mailing>().body::<api::mailings::StartMailing>()),
        RouteId::PauseMailing => (post(mailings::lifecycle::pause), json::<api::mailings::Mailing>()),
        RouteId::ResumeMailing => (post(mailings::lifecycle::resume), json::<api::mailings::Mailing>()),
        RouteId::CancelMailing => (post(mailings::lifecycle::cancel), json::<api::mailings::Mailing>()),
        RouteId::ThawMailing => (post(mailings::lifecycle::thaw), json::<api::mailings::Mailing>()),
        RouteId::ListTemplates => (get(mailings::templates::list), json::<api::mailings::TemplateList>().query(&["archived"])),
        RouteId::CheckTemplate => (post(mailings::templates::check_texts), json::<api::mailings::TemplateChecked>().body::<api::mailings::CheckTemplate>()),
        RouteId::GetTemplate => (get(mailings::templates::show), json::<api::mailings::Template>().query(&["version"])),
        RouteId::SaveTemplate => (put(mailings::templates::save), json::<api::mailings::Template>().body::<api::mailings::SaveTemplate>()),
        RouteId::ArchiveTemplate => (post(mailings::templates::archive), json::<api::mailings::Template>()),
        RouteId::RestoreTemplate => (post(mailings::templates::restore), json::<api::mailings::Template>()),
        RouteId::ListJobs => (get(jobs::list), json::<api::JobList>().query(&["state"])),
        RouteId::RetryJob => (post(jobs::retry), json::<api::Job>()),
        RouteId::ListPictures => (get(pictures::desk::list), json::<api::pictures::PicturePage>().query(&["state", "q", "after"])),
        RouteId::AddPicture => (post(pictures::desk::add), json::<api::pictures::PictureTaken>().bytes().query(&["name"])),
        RouteId::ChoosePicture => (put(pictures::desk::choose), json::<api::pictures::ProductPicture>().body::<api::pictures::ChoosePicture>()),
        RouteId::FetchPictures => (post(pictures::desk::fetch_again), json::<api::pictures::FetchQueued>().body::<api::pictures::FetchAgain>()),
        RouteId::Picture => (get(pictures::show), binary(pictures::JPEG).kept()),
        RouteId::WithdrawPicture => (delete(pictures::gone::withdraw), json::<api::pictures::ProductPicture>()),
        RouteId::ListIncoming => (get(intake::desk::list), json::<api::incoming::IncomingPage>().query(&["state", "after"])),
        RouteId::GetIncoming => (get(intake::desk::show), json::<api::incoming::IncomingView>()),
        RouteId::IncomingRaw => (get(intake::desk::raw), binary("application/octet-stream")),
        RouteId::IncomingFile => (get(intake::desk::download), binary("application/octet-stream")),
        RouteId::ReadIncoming => (post(intake::desk::read), json::<api::incoming::ReadAgain>().body::<api::incoming::ReadIncoming>()),
        RouteId::TakeIncoming => (post(intake::desk::take), json::<api::incoming::ConfirmedOrder>().body::<api::incoming::TakeIncoming>()),
        RouteId::DecideIncoming => (post(intake::desk::decide), json::<api::incoming::IncomingView>().body::<api::incoming::DecideIncoming>()),
        RouteId::ConfirmMailOrder => (post(intake::confirm::confirm), json::<api::incoming::ConfirmedOrder>().body::<api::accounts::UseLink>()),
        RouteId::RunImport => (
            post(imports::create),
            json::<api::ImportReport>().bytes().query(&["kind", "name", "dry_run", "where", "price_type_from", "currency", "map", "groups"]),
        ),
        RouteId::ListImports => (get(imports::list), json::<api::ImportList>()),
        RouteId::GetImport => (get(imports::show), json::<api::ImportReport>().query(&["after"])),
        RouteId::ListPriceLists => (get(price_list::list), json::<api::PriceListVersions>()),
        RouteId::Publish => (post(price_list::create), json::<api::PublishReport>().body::<api::Publish>()),
        RouteId::PriceList => (get(price_list::in_force), json::<api::PriceListInfo>().query(&["overlay"])),
        RouteId::Snapshot => (get(price_list::show), binary("application/vnd.kontor.price-list").query(&["sum"]).kept()),
        RouteId::PriceListSince => (get(price_list::since), binary("application/vnd.kontor.price-list-delta").query(&["sum"]).kept()),
        RouteId::GetSending => (get(sending::show), json::<api::operations::Sending>()),
        RouteId::ListBreakers => (get(sending::breakers::list), json::<api::operations::BreakerList>()),
        RouteId::CloseBreaker => (post(sending::breakers::close), json::<api::operations::BreakerList>().body::<api::operations::CloseBreaker>()),
        RouteId::ReleaseSending => (post(sending::release_now), json::<api::operations::Sending>()),
        RouteId::Unsubscribe | RouteId::PreferencesPage => (get(preferences::page), page()),
        RouteId::OneClick => (post(preferences::one_click), none()),
        RouteId::Preferences => (get(preferences::show), json::<api::preferences::Preferences>().query(&["lang"])),
        RouteId::Choose => (post(preferences::choose), json::<api::preferences::Preferences>().body::<api::preferences::ChoosePreferences>().query(&["lang"])),
        RouteId::LookAtLink => (post(accounts::by_link::look), json::<api::accounts::LinkInfo>().body::<api::accounts::LookAtLink>()),
        RouteId::SignUpForm => (get(accounts::sign_up::form), json::<api::accounts::SignUpForm>().query(&["lang"])),
        RouteId::SignUp => (post(accounts::sign_up::submit), none().body::<api::accounts::SignUp>()),
        RouteId::ConfirmSignUp => (post(accounts::sign_up::confirm), none().body::<api::accounts::UseLink>()),
        RouteId::ForgotPassword => (post(accounts::requests::forgot), none().body::<api::accounts::ForgotPassword>()),
        RouteId::SetPassword => (post(accounts::by_link::set_password), none().body::<api::accounts::SetPassword>()),
        RouteId::ConfirmEmail => (post(accounts::by_link::confirm_email), none().body::<api::accounts::UseLink>()),
        RouteId::Account => (get(accounts::own::show), json::<api::accounts::Account>()),
        RouteId::SaveAccount => (put(accounts::own::save), json::<api::accounts::Account>().body::<api::accounts::SaveAccount>()),
        RouteId::Prove => (post(accounts::own::prove), none().body::<api::accounts::Prove>()),
        RouteId::ChangePassword => (put(accounts::own::change_password), none().body::<api::accounts::ChangePassword>()),
        RouteId::ChangeEmail => (put(accounts::own::change_email), none().body::<api::accounts::ChangeEmail>()),
        RouteId::EndSessions => (post(accounts::own::end_sessions), none().body::<api::accounts::EndSessions>()),
        RouteId::OfferFactor => (post(accounts::second_factor::offer), json::<api::accounts::FactorOffer>()),
        RouteId::SetFactor => (put(accounts::second_factor::set), json::<api::accounts::RecoveryCodes>().body::<api::accounts::FactorCode>()),
        RouteId::RemoveFactor => (delete(accounts::second_factor::remove), none()),
        RouteId::RecoveryCodes => (post(accounts::second_factor::recovery_codes), json::<api::accounts::RecoveryCodes>()),
        RouteId::ListPeople => (get(accounts::people::list), json::<api::accounts::PeoplePage>().query(&["state", "q", "after"])),
        RouteId::Invite => (post(accounts::people::invite), json::<api::accounts::Person>().body::<api::accounts::Invite>()),
        RouteId::ChangePerson => (put(accounts::people::change), json::<api::accounts::Person>().body::<api::accounts::ChangePerson>()),
        RouteId::InviteAgain => (post(accounts::people::invite_again), json::<api::accounts::Person>()),
        RouteId::WithdrawInvite => (delete(accounts::people::withdraw), none()),
        RouteId::EndTheirs => (post(accounts::people::end_sessions), json::<api::accounts::Person>()),
        RouteId::ResetFactor => (post(accounts::people::reset_factor), json::<api::accounts::Person>().body::<api::accounts::ResetFactor>()),
        RouteId::Applications => (get(accounts::applications::list), json::<api::accounts::ApplicationList>()),
        RouteId::Approve => (post(accounts::applications::approve), none().body::<api::accounts::Approve>()),
        RouteId::RefuseSignUp => (post(accounts::applications::refuse), none().body::<api::accounts::RefuseApplication>()),
        RouteId::Asset => (get(assets::file), binary("application/octet-stream")),
        RouteId::BuyerPage => (get(price_list::first_screen::page), page()),
        RouteId::BuyerRoute => (get(assets::buyer_page), page()),
        RouteId::Shell => (get(assets::shell), page()),
        RouteId::StaffPage => (get(assets::staff_page), page()),
        RouteId::StaffRoute => (get(assets::staff_page), page()),
    }
}

/// The description of a route, for the OpenAPI document.
pub fn doc(id: RouteId) -> Doc {
    endpoint(id).1
}

/// The whole application.
pub fn app(state: AppState) -> Router {
    let mut router = Router::new();
    for id in RouteId::ALL.iter().copied() {
        let row = id.row();
        let (handler, _) = endpoint(id);
        let limit = match id {
            RouteId::RunImport => UPLOAD_LIMIT,
            RouteId::AddPicture => pictures::LARGEST,
            RouteId::AddPaper => orders::papers::LARGEST,
            _ => JSON_LIMIT,
        };
        let handler: MethodRouter<AppState> = handler.layer::<_, std::convert::Infallible>(middleware::from_fn_with_state((state.clone(), id), guard));
        let handler: MethodRouter<AppState> = handler.layer::<_, std::convert::Infallible>(DefaultBodyLimit::max(limit));
        router = router.route(row.path, handler);
    }
    let router = router.method_not_allowed_fallback(|| async { AppError::NotFound }).fallback(|| async { AppError::NotFound });
    http::layers(router, state.clone()).with_state(state)
}

/// Lets a request through to its handler, or says why not: same origin for unsafe methods, then the role.
async fn guard(State((state, id)): State<(AppState, RouteId)>, mut request: Request, next: Next) -> Result<Response> {
    let row = id.row();
    // RFC 8058: a mail program's one click comes from nowhere; the signature in its address is what it carries.
    if !matches!(*request.method(), Method::GET | Method::HEAD) && id != RouteId::OneClick {
        refuse_foreign(&state, &request)?;
    }
    // NUL, which PostgreSQL keeps in no text and no address of ours holds.
    if request.uri().to_string().contains("%00") {
        return Err(AppError::NotFound);
    }
    // The price list's page has its reader's prices in it; other pages are the same for everybody.
    let mut identity = if row.path.starts_with("/api/") || id == RouteId::BuyerPage { auth::identify(&state, request.headers()).await? } else { None };
    if identity.as_ref().is_some_and(|identity| identity.limited) && !id.open_while_enrolling() {
        if row.access != Access::Public {
            return Err(AppError::Forbidden { code: "enrol_first" });
        }
        identity = None;
    }
    if !row.access.allows(identity.as_ref().map(|identity| identity.role)) {
        return Err(match identity {
            None => AppError::Unauthorized { code: "sign_in" },
            Some(_) => AppError::Forbidden { code: "role" },
        });
    }
    if let Some(identity) = identity {
        request.extensions_mut().insert(identity);
    }
    Ok(next.run(request).await)
}

/// CSRF defence in three layers (reliability.md §3): a header a foreign form cannot set, what the browser says of the
/// request's origin, and the origin itself.
fn refuse_foreign(state: &AppState, request: &Request) -> Result<()> {
    let headers = request.headers();
    if headers.get(CSRF_HEADER).is_none_or(|value| value != "1") {
        return Err(AppError::Forbidden { code: "csrf_header_missing" });
    }
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
        && site != "none"
    {
        return Err(AppError::Forbidden { code: "foreign_origin" });
    }
    if let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
        let own = origin.split_once("://").is_some_and(|(_, authority)| authority == host)
            || state.config.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/') == origin);
        if !own {
            return Err(AppError::Forbidden { code: "foreign_origin" });
        }
    }
    Ok(())
}
