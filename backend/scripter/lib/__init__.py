"""The ground under all rooms: settings, errors, database, queue, HTTP, clock. Knows no word of the product."""
