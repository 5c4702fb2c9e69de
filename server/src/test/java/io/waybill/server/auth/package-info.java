/** Tokens and certificates, genuine and otherwise. */
@NullMarked
package io.waybill.server.auth;

import org.jspecify.annotations.NullMarked;
