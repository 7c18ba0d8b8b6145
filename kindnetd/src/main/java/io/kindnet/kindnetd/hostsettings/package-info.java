/**
 * Keeps the sysctls of the host that pods depend on, and tells when somebody changes them. Knows
 * neither which they are nor what each is for: that is the plugin's.
 */
@NullMarked
package io.kindnet.kindnetd.hostsettings;

import org.jspecify.annotations.NullMarked;
