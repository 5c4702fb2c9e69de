/**
 * What a content is, by its first bytes: {@link io.waybill.server.upload.ContentDetector} on Apache
 * Tika's core, and the rule by which a content contradicts the type that was declared for it.
 *
 * <p>What must not live here: what follows from a contradiction, and how the bytes are had. No
 * parser of any format lives here either: a parser is what a hostile file is made for.
 */
@NullMarked
package io.waybill.server.content;

import org.jspecify.annotations.NullMarked;
