/**
 * A way to SQLite on the lowest Java layer of sqlite-jdbc, which is not public: hence the name of
 * this package. JDBC above it prepares for dates in every time zone and language, and looks for
 * loggers, for longer than a call of the plugin takes. Knows nothing of what the files hold.
 */
@NullMarked
package org.sqlite.core;

import org.jspecify.annotations.NullMarked;
