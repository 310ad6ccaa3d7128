//! Words of saving as Excel, on the pages of buyers and staff alike.

crate::words! {
    STOP = "Stop", "Остановить", "Спри";
    STOPPED = "The Excel file was not made.", "Файл Excel не сделан.", "Файлът за Excel не беше направен.";
    SAVE_FOUND = "Save these as Excel", "Сохранить найденное в Excel", "Запази намереното в Excel";
    SAVE_FOUND_NOTE = "A sheet of what is shown here, with everything in your order.", "Таблица из показанных здесь товаров и всего, что есть в вашем заказе.", "Таблица с показаното тук и всичко от вашата поръчка.";
}
