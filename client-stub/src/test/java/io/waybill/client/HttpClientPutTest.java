package io.waybill.client;

import java.io.IOException;
import java.net.http.HttpClient;

class HttpClientPutTest extends PartPutContract {

  HttpClientPutTest() throws IOException {}

  @Override
  PartPut put(Patience patience) {
    return new HttpClientPut(HttpClient.newHttpClient(), patience);
  }
}
