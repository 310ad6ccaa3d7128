//! Checks that SQL alone decides.

use super::Said;

pub const CHECKS: &[Said] = &[
    Said {
        id: "I1.acknowledged_orders",
        says: "an order that was acknowledged is there",
        of: "SELECT COUNT(*) FROM audit WHERE action = 'order.submit'",
        bad: &["SELECT a.subject FROM audit a LEFT JOIN orders o ON o.id = a.subject WHERE a.action = 'order.submit' AND o.id IS NULL"],
    },
    Said {
        id: "I1.whole_orders",
        says: "an order has its lines, its first event and its audit entry",
        of: "SELECT COUNT(*) FROM orders",
        bad: &[
            "SELECT o.number FROM orders o LEFT JOIN (SELECT order_id, COUNT(*) AS lines FROM order_lines GROUP BY order_id) l ON l.order_id = o.id \
             WHERE o.line_count <> COALESCE(l.lines, 0)",
            "SELECT o.number FROM orders o LEFT JOIN order_events e ON e.order_id = o.id AND e.no = 1 WHERE e.order_id IS NULL",
            "SELECT o.number FROM orders o LEFT JOIN audit a ON a.subject = o.id AND a.action = 'order.submit' WHERE o.source = 'page' AND a.id IS NULL",
        ],
    },
    Said {
        id: "I2.orders_once",
        says: "an order is stored once, under a number of its own",
        of: "SELECT COUNT(*) FROM orders",
        bad: &["SELECT number FROM orders GROUP BY number HAVING COUNT(*) > 1", "SELECT id FROM orders GROUP BY id HAVING COUNT(*) > 1"],
    },
    Said {
        id: "I3.list_prices",
        // Below it a customer's own discount may be; above it nothing.
        says: "no order is dearer than the price list it was priced by",
        of: "SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.source = 'page' AND l.verdict <> 'refused'",
        bad: &["SELECT o.number || ' ' || l.product_code FROM orders o JOIN order_lines l ON l.order_id = o.id \
             JOIN price_list_versions v ON v.version = o.price_list JOIN price_types t ON t.code = o.overlay \
             LEFT JOIN products p ON p.code = l.product_code \
             WHERE o.source = 'page' AND l.verdict <> 'refused' AND l.price > COALESCE((SELECT r.price FROM price_revisions r \
             WHERE r.product_id = p.id AND r.price_type = o.overlay AND r.seq <= v.seq ORDER BY r.seq DESC LIMIT 1), -1)"],
    },
    Said {
        id: "I5.proformas",
        says: "a confirmed order has one proforma invoice, another has none",
        of: "SELECT COUNT(*) FROM documents",
        bad: &[
            "SELECT order_id FROM documents GROUP BY kind, order_id HAVING COUNT(*) > 1",
            "SELECT o.number FROM orders o LEFT JOIN documents d ON d.order_id = o.id AND d.kind = 'proforma' \
             WHERE o.source = 'page' AND o.state IN ('confirmed', 'part_shipped', 'shipped', 'closed') AND d.id IS NULL",
            "SELECT d.number_text FROM documents d JOIN orders o ON o.id = d.order_id WHERE o.state NOT IN ('confirmed', 'part_shipped', 'shipped', 'closed')",
        ],
    },
    Said {
        id: "incoming.states",
        says: "a message that came is in one state, with its reason, and one that was taken has its order",
        of: "SELECT COUNT(*) FROM incoming_mails",
        bad: &[
            "SELECT id FROM incoming_mails WHERE state NOT IN ('accepted', 'refused', 'needs_person', 'ignored') OR (state <> 'accepted' AND reason = '')",
            "SELECT m.id FROM incoming_mails m WHERE m.state = 'accepted' AND NOT EXISTS (SELECT 1 FROM incoming_files f WHERE f.mail_id = m.id AND f.order_id IS NOT NULL)",
            "SELECT f.mail_id FROM incoming_files f WHERE f.verdict NOT IN ('accepted', 'refused', 'needs_person', 'ignored') OR (f.verdict = 'accepted') <> (f.order_id IS NOT NULL)",
        ],
    },
    Said {
        id: "I6.rendered",
        says: "a document has its PDF, or a job that makes it",
        of: "SELECT COUNT(*) FROM documents",
        bad: &[
            "SELECT d.number_text FROM documents d LEFT JOIN jobs j ON j.subject = d.id AND j.kind = 'render_document' WHERE d.pdf_hash IS NULL AND j.id IS NULL",
            "SELECT d.number_text FROM documents d LEFT JOIN bodies b ON b.hash = d.pdf_hash WHERE d.pdf_hash IS NOT NULL AND b.hash IS NULL",
        ],
    },
    Said {
        id: "I7.messages_once",
        says: "nobody is written to twice of one cause or in one mailing",
        of: "SELECT COUNT(*) FROM messages",
        bad: &[
            "SELECT MIN(id) FROM messages GROUP BY cause, recipient, channel HAVING COUNT(*) > 1",
            "SELECT MIN(id) FROM messages WHERE mailing_id IS NOT NULL AND recipient <> '' AND state <> 'skipped' \
             GROUP BY mailing_id, channel, recipient HAVING COUNT(*) > 1",
        ],
    },
    Said {
        id: "I7.message_states",
        says: "a message is in a state there is, was sent at some time or was not sent, and was skipped for a reason",
        of: "SELECT COUNT(*) FROM messages",
        bad: &[
            "SELECT id FROM messages WHERE state NOT IN ('queued', 'claimed', 'sending', 'sent', 'failed', 'uncertain', 'skipped')",
            "SELECT id FROM messages WHERE (state = 'sent') <> (sent_at IS NOT NULL)",
            "SELECT id FROM messages WHERE state = 'sent' AND rendered_hash IS NULL",
            "SELECT id FROM messages WHERE state = 'skipped' AND skip_reason = '' AND COALESCE(last_error, '') = ''",
            "SELECT id FROM messages WHERE state IN ('claimed', 'sending') AND lease_until IS NULL",
        ],
    },
    Said {
        id: "I10.links_once",
        says: "a one-time link was used while it worked, and only its hash is stored",
        of: "SELECT COUNT(*) FROM links",
        bad: &[
            "SELECT purpose || ' ' || subject FROM links WHERE used_at IS NOT NULL AND (used_at < created_at OR used_at > expires_at)",
            "SELECT purpose || ' ' || subject FROM links WHERE LENGTH(token_hash) <> 64",
        ],
    },
    Said {
        id: "I13.imports_account",
        says: "of what an import read every row was created, changed, unchanged or refused, and a refused one says why",
        of: "SELECT COUNT(*) FROM imports WHERE state = 'done'",
        bad: &[
            "SELECT id FROM imports WHERE state = 'done' AND read_rows <> created_rows + changed_rows + unchanged_rows + refused_rows",
            "SELECT import_id FROM import_refusals WHERE reason = '' AND code = ''",
        ],
    },
    Said {
        id: "pictures.choices",
        says: "a product's picture is one of its own, and readers see it from a day on that a list names",
        of: "SELECT COUNT(*) FROM picture_choices",
        bad: &[
            "SELECT c.product_id FROM picture_choices c LEFT JOIN product_pictures q ON q.product_id = c.product_id AND q.number = c.number \
             WHERE c.number <> 0 AND q.number IS NULL",
            "SELECT product_id FROM product_pictures WHERE number < 1 OR number > 4294967295",
            "SELECT product_id FROM product_pictures WHERE published NOT IN (0, 1) OR (shown_from <> '' AND (published = 0 OR LENGTH(shown_from) <> 10))",
        ],
    },
    Said {
        id: "pictures.fetches",
        says: "a picture to be fetched waits, is under way, was had, or failed for a reason",
        of: "SELECT COUNT(*) FROM picture_fetches",
        bad: &[
            "SELECT product_id FROM picture_fetches WHERE state NOT IN ('waiting', 'fetching', 'had', 'failed')",
            "SELECT product_id FROM picture_fetches WHERE state = 'failed' AND reason = ''",
        ],
    },
    Said {
        id: "price_lists.versions",
        says: "published versions are 1 to n, each of a change of the catalogue that can be seen",
        of: "SELECT COUNT(*) FROM price_list_versions",
        bad: &[
            "SELECT CAST(version AS TEXT) FROM price_list_versions WHERE seq > (SELECT visible_seq FROM catalog_state WHERE id = 1) OR version < 1",
            "SELECT CAST(last_version AS TEXT) FROM catalog_state WHERE last_version <> (SELECT COALESCE(MAX(version), 0) FROM price_list_versions) \
             OR last_version <> (SELECT COUNT(*) FROM price_list_versions)",
            "SELECT CAST(v.version AS TEXT) FROM price_list_versions v JOIN price_list_versions n ON n.version = v.version + 1 WHERE n.seq < v.seq",
        ],
    },
    Said {
        id: "structure.references",
        says: "rows named without a foreign key are there, too",
        of: "SELECT (SELECT COUNT(*) FROM messages) + (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM documents) + (SELECT COUNT(*) FROM contacts)",
        bad: &[
            "SELECT m.id FROM messages m LEFT JOIN customers c ON c.id = m.customer_id WHERE m.customer_id IS NOT NULL AND c.id IS NULL",
            "SELECT m.id FROM messages m LEFT JOIN mailings o ON o.id = m.mailing_id WHERE m.mailing_id IS NOT NULL AND o.id IS NULL",
            "SELECT m.id FROM messages m LEFT JOIN contacts c ON c.id = m.contact_id WHERE m.contact_id IS NOT NULL AND c.id IS NULL",
            "SELECT m.id FROM messages m LEFT JOIN bodies b ON b.hash = m.html_hash WHERE m.html_hash IS NOT NULL AND b.hash IS NULL",
            "SELECT u.id FROM users u LEFT JOIN customers c ON c.id = u.customer_id WHERE u.customer_id IS NOT NULL AND c.id IS NULL",
            "SELECT d.number_text FROM documents d LEFT JOIN customers c ON c.id = d.customer_id WHERE c.id IS NULL",
            "SELECT p.id FROM contacts p LEFT JOIN users u ON u.id = p.user_id WHERE p.user_id IS NOT NULL AND u.id IS NULL",
            "SELECT c.code FROM customers c LEFT JOIN users u ON u.id = c.manager_id WHERE c.manager_id IS NOT NULL AND u.id IS NULL",
        ],
    },
    Said {
        id: "users.roles",
        says: "a buyer belongs to a customer, the firm's people to none",
        of: "SELECT COUNT(*) FROM users",
        bad: &[
            "SELECT id FROM users WHERE role NOT IN ('buyer', 'sales', 'accountant', 'marketer', 'admin')",
            "SELECT id FROM users WHERE (role = 'buyer') <> (customer_id IS NOT NULL)",
        ],
    },
];
