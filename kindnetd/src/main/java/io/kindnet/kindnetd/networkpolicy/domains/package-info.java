/**
 * Which addresses the domain names in policies have at the moment: learns them from answers of name
 * servers before clients get these, and keeps them in the kernel as long as they hold. Knows
 * neither how answers come nor what rules say.
 */
@NullMarked
package io.kindnet.kindnetd.networkpolicy.domains;

import org.jspecify.annotations.NullMarked;
