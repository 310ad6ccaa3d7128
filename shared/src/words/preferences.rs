//! The page behind a mail's links, which needs no log-in. A change of what people agree to here changes
//! `TEXT_VERSION` in server/src/preferences.rs.

use crate::mailings::{Channel, Topic};
use crate::words;
use crate::words::Word;

words! {
    TITLE = "Your mail from {firm}", "Ваши письма от {firm}", "Вашите писма от {firm}";
    FOR_ADDRESS = "For {address}", "Для {address}", "За {address}";
    UNSUBSCRIBE_TITLE = "Unsubscribe", "Отписаться", "Отписване";
    UNSUBSCRIBE_ASK = "{firm} will send no more offers and news to {address}. Mail about your orders still comes.",
        "{firm} больше не будет присылать на {address} предложения и новости. Письма о ваших заказах приходить будут.",
        "{firm} вече няма да изпраща предложения и новини на {address}. Писмата за вашите поръчки ще продължат да идват.";
    UNSUBSCRIBE = "Unsubscribe from all of it", "Отписаться от всего", "Отписване от всичко";
    UNSUBSCRIBED = "You are unsubscribed. Nothing more is sent, and a message that is just under way may still arrive.",
        "Вы отписаны. Больше ничего не придёт; письмо, которое уже в пути, ещё может дойти.",
        "Отписахте се. Повече нищо няма да пристига; писмо, което вече пътува, може още да дойде.";
    OR_CHOOSE = "Or choose what you want to read", "Или выберите, что хотите читать", "Или изберете какво искате да четете";
    CHANNELS = "How {firm} may write to you", "Как {firm} может вам писать", "Как {firm} може да ви пише";
    TOPICS = "About what, by e-mail", "О чём, по электронной почте", "За какво, по имейл";
    AGREE = "What you tick here you agree to receive, until you untick it.",
        "Отмечая, вы соглашаетесь получать это, пока не снимете отметку.",
        "С отметката се съгласявате да получавате това, докато не я махнете.";
    SAVE = "Save", "Сохранить", "Запазване";
    SAVED = "Saved.", "Сохранено.", "Запазено.";
    EMAIL = "By e-mail", "По электронной почте", "По имейл";
    FAX = "By fax", "По факсу", "По факс";
    POST = "By post", "Обычной почтой", "По пощата";
    OFFERS = "Offers and prices", "Предложения и цены", "Предложения и цени";
    NOVELTIES = "New goods", "Новые товары", "Нови стоки";
    NEWS = "News of the firm", "Новости фирмы", "Новини от фирмата";
    WHY = "Why did I get this?", "Почему мне это пришло?", "Защо получих това?";
    WHY_AUDIENCE = "It was meant for: {audience}", "Кому предназначалось письмо: {audience}", "Писмото беше предназначено за: {audience}";
    WHY_SENT = "It was sent on {date}.", "Отправлено {date}.", "Изпратено на {date}.";
    WHY_CONSENT = "You, or somebody for you, agreed on {date}. Noted then: {source}.",
        "Вы или кто-то за вас дали согласие {date}. Тогда записано: {source}.",
        "Вие или някой от ваше име сте дали съгласие на {date}. Тогава е записано: {source}.";
    WHY_NO_CONSENT = "There is no consent any more.", "Согласия больше нет.", "Съгласие вече няма.";
    WRONG_LINK = "This link does not work. Copy it whole from the mail, or write to us.",
        "Эта ссылка не работает. Скопируйте её из письма целиком или напишите нам.",
        "Тази връзка не работи. Копирайте я цялата от писмото или ни пишете.";
}

pub const fn channel(channel: Channel) -> Word {
    match channel {
        Channel::Email => EMAIL,
        Channel::Fax => FAX,
        Channel::Post => POST,
    }
}

pub const fn topic(topic: Topic) -> Word {
    match topic {
        Topic::Offers => OFFERS,
        Topic::Novelties => NOVELTIES,
        Topic::News => NEWS,
    }
}
