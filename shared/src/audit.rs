//! What the audit trail tells: each thing that can be done with its stable code and its words, and who does things without
//! being a person. An action has no code without words in every language: both stand in one row.

use crate::words::Word;

macro_rules! named {
    ($(#[$meta:meta])* $name:ident, $words:ident { $( $variant:ident $code:literal = $en:literal, $ru:literal, $bg:literal; )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// As the audit trail keeps it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
            /// As people read it.
            pub const fn word(self) -> Word {
                match self { $(Self::$variant => Word { key: $code, en: $en, ru: $ru, bg: $bg }),* }
            }
        }

        /// All of their words, for tests and translators.
        pub const $words: &[Word] = &[$($name::$variant.word()),*];
    };
}

named! {
    /// What was done.
    Action, ACTIONS {
        // Log-ins.
        SessionStart "session.start" = "signed in", "вход", "вход";
        SessionEnd "session.end" = "other sessions ended", "закрыты другие сеансы", "прекратени други сесии";
        AccountSave "account.save" = "own log-in described", "изменены данные своей учётной записи", "променени данни на собствения профил за вход";
        PasswordChange "password.change" = "password changed", "изменён пароль", "сменена парола";
        PasswordReset "password.reset" = "password chosen anew by link", "пароль задан заново по ссылке", "паролата е избрана наново чрез връзка";
        EmailChange "email.change" = "address of a log-in changed", "изменён адрес для входа", "сменен адрес за вход";
        FactorSet "factor.set" = "second step set up", "настроен второй шаг", "настроена втора стъпка";
        FactorRemove "factor.remove" = "second step switched off", "второй шаг выключен", "изключена втора стъпка";
        FactorCodes "factor.recovery_codes" = "new recovery codes made", "созданы новые коды восстановления", "създадени нови кодове за възстановяване";
        FactorReset "factor.reset" = "second step reset", "второй шаг сброшен", "нулирана втора стъпка";
        UserAdd "user.add" = "user added", "добавлен пользователь", "добавен потребител";
        UserInvite "user.invite" = "somebody invited", "отправлено приглашение", "изпратена покана";
        UserInviteAgain "user.invite_again" = "invitation sent again", "приглашение отправлено снова", "поканата е изпратена пак";
        UserWithdraw "user.withdraw" = "invitation withdrawn", "приглашение отозвано", "оттеглена покана";
        UserChange "user.change" = "role or access changed", "изменена роль или доступ", "променена роля или достъп";
        UserEndSessions "user.end_sessions" = "all sessions of somebody ended", "закрыты все сеансы пользователя", "прекратени всички сесии на потребител";
        InvitationAccept "invitation.accept" = "invitation accepted", "приглашение принято", "приета покана";
        SignUpConfirm "sign_up.confirm" = "sign-up confirmed from its address", "адрес в заявке подтверждён", "адресът в заявката е потвърден";
        ApplicationApprove "application.approve" = "sign-up approved", "заявка одобрена", "одобрена заявка";
        ApplicationRefuse "application.refuse" = "sign-up refused", "заявка отклонена", "отказана заявка";
        // Orders, documents, price lists.
        OrderSubmit "order.submit" = "order submitted", "заказ отправлен", "изпратена поръчка";
        ChooseColumns "form.columns" = "columns of a customer's own tables chosen", "выбраны столбцы собственных таблиц клиента", "избрани колони на собствени таблици на клиента";
        OrderAnswerPrices "order.answer_prices" = "raised prices answered", "ответ о новых ценах", "отговор за новите цени";
        OrderConfirm "order.confirm" = "order confirmed", "заказ подтверждён", "потвърдена поръчка";
        OrderRefuse "order.refuse" = "order refused", "заказ отклонён", "отхвърлена поръчка";
        OrderCancel "order.cancel" = "order cancelled", "заказ отменён", "анулирана поръчка";
        IncomingTake "incoming.take" = "file of a message taken as an order", "файл из письма принят как заказ", "файл от писмо е приет като поръчка";
        IncomingDecide "incoming.decide" = "message refused, put aside or taken back", "письмо отклонено, отложено или возвращено", "писмо отхвърлено, оставено настрана или върнато";
        OrderPaper "order.paper" = "scan kept with an order", "к заказу приложен скан", "към поръчката е приложен скан";
        OrderOddityDismiss "order.oddity.dismiss" = "something odd about an order looked at", "необычное в заказе просмотрено", "необичайното в поръчката е прегледано";
        OrderOddityRecall "order.oddity.recall" = "something odd about an order told again", "необычное в заказе снова показано", "необичайното в поръчката пак се показва";
        DocumentPost "document.post" = "document posted", "документ проведён", "издаден документ";
        PriceListPublish "price_list.publish" = "price list published", "прайс-лист опубликован", "публикувана ценова листа";
        PictureAdd "picture.add" = "picture of a product added", "добавлена фотография товара", "добавена снимка на стока";
        PictureChoose "picture.choose" = "picture of a product chosen or removed", "фотография товара выбрана или убрана", "избрана или премахната снимка на стока";
        PictureWithdraw "picture.withdraw" = "picture of a product withdrawn for good", "фотография товара изъята", "снимка на стока изтеглена окончателно";
        PictureClear "picture.clear" = "unused pictures cleared away", "удалены неиспользуемые фотографии", "изчистени неизползвани снимки";
        PictureFetch "picture.fetch" = "pictures asked for again", "фотографии запрошены снова", "снимките са поискани пак";
        ImportProducts "import.products" = "products imported", "импортированы товары", "внесени стоки";
        ImportGroups "import.groups" = "product groups imported", "импортированы группы товаров", "внесени групи стоки";
        ImportCustomers "import.customers" = "customers imported", "импортированы клиенты", "внесени клиенти";
        ImportOrders "import.orders" = "order history imported", "импортирована история заказов", "внесена история на поръчките";
        ImportFailed "import.failed" = "import failed", "импорт не удался", "неуспешно внасяне";
        // Customers and their people.
        CustomerAdd "customer.add" = "customer added", "добавлен клиент", "добавен клиент";
        CustomerSave "customer.save" = "customer changed", "изменены данные клиента", "променени данни на клиент";
        CustomerBlock "customer.block" = "customer blocked", "клиент заблокирован", "блокиран клиент";
        CustomerUnblock "customer.unblock" = "customer unblocked", "клиент разблокирован", "отблокиран клиент";
        ContactAdd "contact.add" = "person added", "добавлено контактное лицо", "добавено лице за контакт";
        ContactSave "contact.save" = "person changed", "изменены данные контактного лица", "променени данни на лице за контакт";
        ContactExport "contact.export" = "person’s data given out", "выданы персональные данные", "предадени лични данни";
        ContactErase "contact.erase" = "person erased", "удалены персональные данные", "изтрити лични данни";
        ConsentRecord "consent.record" = "consent recorded", "записано согласие", "записано съгласие";
        ContactBounced "contact.bounced" = "noted whether an address works", "отмечено, работает ли адрес", "отбелязано дали адрес работи";
        PreferencesChoose "preferences.choose" = "reader chose what to receive", "получатель выбрал, что получать", "получателят избра какво да получава";
        ProfileSave "profile.save" = "own profile changed", "клиент изменил свои данные", "клиентът промени данните си";
        RequestAsk "request.ask" = "change asked for", "клиент попросил об изменении", "клиентът поиска промяна";
        RequestAnswer "request.answer" = "request answered", "дан ответ на просьбу", "отговорено на искане";
        // Segments.
        CustomerSegmentTerms "customer.segment_terms" = "segment terms of a customer changed", "изменены условия сегмента для клиента", "променени условия за сегмента на клиент";
        SegmentsRule "segments.rule" = "rule of segments changed", "изменено правило сегментов", "променено правило за сегментите";
        SegmentsSnapshot "segments.snapshot" = "segments kept", "сегменты сохранены", "запазени сегменти";
        // Mailings and messages.
        TemplateSave "template.save" = "template saved", "сохранён шаблон", "запазен шаблон";
        TemplateArchive "template.archive" = "template put away", "шаблон убран в архив", "шаблонът е архивиран";
        TemplateRestore "template.restore" = "template taken back", "шаблон возвращён из архива", "шаблонът е върнат от архива";
        MailingCreate "mailing.create" = "mailing made", "создана рассылка", "създадено разпращане";
        MailingSave "mailing.save" = "mailing saved", "сохранена рассылка", "запазено разпращане";
        MailingTest "mailing.test" = "mailing sent as a test", "отправлено пробное письмо рассылки", "изпратено пробно писмо от разпращане";
        MailingFreeze "mailing.freeze" = "recipients of a mailing fixed", "список получателей рассылки зафиксирован", "получателите на разпращане са фиксирани";
        MailingStart "mailing.start" = "mailing started", "рассылка запущена", "разпращането е пуснато";
        MailingPause "mailing.pause" = "mailing paused", "рассылка приостановлена", "разпращането е на пауза";
        MailingResume "mailing.resume" = "mailing resumed", "рассылка продолжена", "разпращането продължава";
        MailingFinish "mailing.finish" = "mailing finished", "рассылка завершена", "разпращането е завършено";
        MailingThaw "mailing.thaw" = "mailing taken back to a draft", "рассылка возвращена в черновики", "разпращането е върнато в чернова";
        MailingCancel "mailing.cancel" = "mailing cancelled", "рассылка отменена", "разпращането е отменено";
        MessageRetry "message.retry" = "message queued again", "письмо снова в очереди", "писмото е отново на опашката";
        SendingPause "sending.pause" = "sending stopped", "отправка остановлена", "изпращането е спряно";
        SendingRelease "sending.release" = "sending released", "отправка возобновлена", "изпращането е възобновено";
        SendingResume "sending.resume" = "written to again before the pause was over", "отправка возобновлена досрочно", "изпращането е възобновено предсрочно";
        // The house.
        SettingsSetUp "settings.set_up" = "firm set up", "фирма настроена", "фирмата е настроена";
        SettingsSave "settings.save" = "settings changed", "изменены настройки", "променени настройки";
        SettingsUndo "settings.undo" = "change of settings undone", "изменение настроек отменено", "промяна на настройките е отменена";
        MailTest "mail.test" = "test message sent", "отправлено пробное письмо", "изпратено пробно писмо";
        JobRetry "job.retry" = "work run again", "работа запущена снова", "работата е пусната пак";
        DatabaseRestore "database.restore" = "database restored from a backup", "база восстановлена из резервной копии", "базата е възстановена от резервно копие";
        DemoLoad "demo.load" = "demonstration data loaded", "загружены демонстрационные данные", "заредени демонстрационни данни";
    }
}

named! {
    /// Who does things without a log-in of their own.
    Actor, ACTORS {
        CommandLine "command line" = "the command line", "командная строка", "командният ред";
        Console "console" = "whoever held the set-up link", "владелец ссылки первой настройки", "притежателят на връзката за настройка";
        Demo "kontor demo" = "the demonstration", "демонстрация", "демонстрацията";
        Program "kontor" = "the program", "программа", "програмата";
        Reader "the reader" = "the reader of a mail", "получатель письма", "получателят на писмо";
        Sender "the sender" = "the sending of mail", "отправка писем", "изпращането на писма";
        Visitor "visitor" = "a visitor", "посетитель", "посетител";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_names_one_action() {
        let codes: HashSet<&str> = Action::ALL.iter().map(|action| action.code()).collect();
        assert_eq!(codes.len(), Action::ALL.len());
        assert!(Action::ALL.iter().all(|&action| Action::parse(action.code()) == Some(action)));
    }
}
