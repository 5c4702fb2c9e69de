/** Run from its source by the profile demo, before anything is compiled. */
final class AnnounceDemo {
  private AnnounceDemo() {}

  public static void main(String[] args) {
    System.out.println(
        "Building Waybill without its tests; then the demo runs. That takes one to two minutes, and"
            + " a few more the first time, when Maven downloads the libraries.");
  }
}
