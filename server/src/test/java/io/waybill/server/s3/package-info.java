/** {@link io.waybill.server.s3.ObjectStoreContract} over every S3 there is to test with. */
@NullMarked
package io.waybill.server.s3;

import org.jspecify.annotations.NullMarked;
