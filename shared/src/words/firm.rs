//! Set-up and settings.

use crate::words;

words! {
    TEST_MAIL_SUBJECT = "Test message from {firm}", "Пробное письмо от {firm}", "Пробно писмо от {firm}";
    TEST_MAIL_TEXT = "This is a test message from {firm}. It was sent at {at} by {login}, to find out whether mail goes out.\r\n\r\nIt did.\r\n",
        "Это пробное письмо от {firm}. Его отправил(а) {login} в {at}, чтобы проверить, уходит ли почта.\r\n\r\nУходит.\r\n",
        "Това е пробно писмо от {firm}. Изпрати го {login} в {at}, за да провери дали пощата излиза.\r\n\r\nИзлиза.\r\n";
}
