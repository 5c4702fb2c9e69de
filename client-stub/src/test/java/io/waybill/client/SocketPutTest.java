package io.waybill.client;

import java.io.IOException;
import java.time.Duration;

class SocketPutTest extends PartPutContract {

  SocketPutTest() throws IOException {}

  @Override
  PartPut put(Patience patience) {
    return new SocketPut(new Buffers(), Duration.ofSeconds(10), patience);
  }
}
