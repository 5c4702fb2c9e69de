package io.waybill.server.events;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** What S3 and those who carry its word send; the forms are those of Amazon's documentation. */
final class Documents {
  private Documents() {}

  /**
   * As S3 sends it to a queue.
   *
   * @param eventName as in ObjectCreated:Put
   * @param key as it is; S3 encodes it
   */
  static String s3(String eventName, String bucket, String key) {
    return s3Encoded(eventName, bucket, URLEncoder.encode(key, StandardCharsets.UTF_8));
  }

  static String s3Encoded(String eventName, String bucket, String key) {
    return """
    {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2",
     "eventTime":"1970-01-01T00:00:00.000Z","eventName":%s,
     "userIdentity":{"principalId":"AIDAJDPLRKLG7UEXAMPLE"},
     "requestParameters":{"sourceIPAddress":"127.0.0.1"},
     "responseElements":{"x-amz-request-id":"C3D13FE58DE4C810",
      "x-amz-id-2":"FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD"},
     "s3":{"s3SchemaVersion":"1.0","configurationId":"testConfigRule",
      "bucket":{"name":%s,"ownerIdentity":{"principalId":"A3NL1KOZZKExample"},
       "arn":"arn:aws:s3:::mybucket"},
      "object":{"key":%s,"size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e",
       "versionId":"096fKKXTRTtl3on89fVO.nfljtsv6qko","sequencer":"0055AED6DCD90281E5"}}}]}
    """
        .formatted(quoted(eventName), quoted(bucket), quoted(key));
  }

  /** What S3 sends when notifications are set up. */
  static String test() {
    return """
    {"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z",
     "Bucket":"amzn-s3-demo-bucket","RequestId":"5582815E1AEA5ADF",
     "HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"}
    """;
  }

  /** The same wrapped by SNS, where delivery is not raw. */
  static String sns(String message) {
    return """
    {"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
     "TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","Subject":"Amazon S3 Notification",
     "Message":%s,"Timestamp":"2012-05-02T00:54:06.655Z","SignatureVersion":"1",
     "Signature":"EXAMPLEw6JRN...",
     "SigningCertURL":"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem",
     "UnsubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"}
    """
        .formatted(quoted(message));
  }

  /** As EventBridge sends it. */
  static String eventBridge(String detailType, String bucket, String key) {
    return """
    {"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":%s,
     "source":"aws.s3","account":"111122223333","time":"2021-11-12T00:00:00Z",
     "region":"ca-central-1","resources":["arn:aws:s3:::amzn-s3-demo-bucket1"],
     "detail":{"version":"0","bucket":{"name":%s},
      "object":{"key":%s,"size":5,"etag":"b1946ac92492d2347c6235b4d2611184",
       "version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"617f08299329d189"},
      "request-id":"N4N7GDK58NMKJ12R","requester":"123456789012",
      "source-ip-address":"1.2.3.4","reason":"PutObject"}}
    """
        .formatted(quoted(detailType), quoted(bucket), quoted(key));
  }

  private static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }
}
