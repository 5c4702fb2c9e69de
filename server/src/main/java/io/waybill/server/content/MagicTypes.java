package io.waybill.server.content;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MimeTypes;

/**
 * The types that Tika knows by magic numbers, which it keeps to itself: read from its own table.
 */
final class MagicTypes {
  private static final String TABLE = "tika-mimetypes.xml";

  private MagicTypes() {}

  static Set<MediaType> load() {
    XMLInputFactory xml = XMLInputFactory.newFactory();
    xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try (InputStream table = MimeTypes.class.getResourceAsStream(TABLE)) {
      if (table == null) {
        throw new IllegalStateException("tika-core lacks its " + TABLE);
      }
      return read(xml.createXMLStreamReader(table));
    } catch (IOException | XMLStreamException e) {
      throw new IllegalStateException("tika-core's " + TABLE + " cannot be read", e);
    }
  }

  private static Set<MediaType> read(XMLStreamReader table) throws XMLStreamException {
    Set<MediaType> types = new HashSet<>();
    MediaType type = MediaType.OCTET_STREAM;
    while (table.hasNext()) {
      if (table.next() != XMLStreamReader.START_ELEMENT) {
        continue;
      }
      switch (table.getLocalName()) {
        case "mime-type" -> type = MediaType.parse(table.getAttributeValue(null, "type"));
        case "magic", "root-XML" -> types.add(type.getBaseType());
        default -> {}
      }
    }
    return types;
  }
}
