/**
 * A stand-in for Amazon's S3, for tests: {@link io.waybill.server.s3.fake.FakeAwsS3} says what it
 * is and what it is not. It uses the JDK alone, so that it cannot share a mistake with the SDK.
 */
@NullMarked
package io.waybill.server.s3.fake;

import org.jspecify.annotations.NullMarked;
