"""SQLite: schema, migrations, transactions, audit chain. The only place with SQL."""
