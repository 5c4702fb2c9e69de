package io.waybill.server.s3.fake;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The body of a CompleteMultipartUpload.
 *
 * @param parts in the order they came
 */
record Manifest(List<Entry> parts) {

  /** A part; checksums in base64 by the algorithm's name in lower case. */
  record Entry(int number, String etag, Map<String, String> checksums) {}

  static Manifest parse(byte[] body) {
    try {
      NodeList nodes =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(body))
              .getElementsByTagName("Part");
      List<Entry> parts = new ArrayList<>();
      for (int i = 0; i < nodes.getLength(); i++) {
        parts.add(entry(nodes.item(i).getChildNodes()));
      }
      if (parts.isEmpty()) {
        throw malformed();
      }
      return new Manifest(List.copyOf(parts));
    } catch (SAXException | IOException e) {
      throw malformed();
    } catch (ParserConfigurationException e) {
      throw new AssertionError("the JDK's own parser", e);
    }
  }

  private static Entry entry(NodeList fields) {
    Map<String, String> byName = new TreeMap<>();
    for (int i = 0; i < fields.getLength(); i++) {
      Node field = fields.item(i);
      byName.put(field.getNodeName(), field.getTextContent().trim());
    }
    Map<String, String> checksums = new TreeMap<>();
    for (String algorithm : Sums.ALGORITHMS) {
      String value = byName.get("Checksum" + algorithm.toUpperCase(java.util.Locale.ROOT));
      if (value != null) {
        checksums.put(algorithm, value);
      }
    }
    return new Entry(
        Integer.parseInt(byName.getOrDefault("PartNumber", "0")),
        byName.getOrDefault("ETag", "").replace("\"", ""),
        checksums);
  }

  private static S3Error malformed() {
    return new S3Error(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published"
            + " schema");
  }
}
