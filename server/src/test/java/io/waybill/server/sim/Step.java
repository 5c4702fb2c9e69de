package io.waybill.server.sim;

/** Where an actor stands when somebody else has the baton. */
enum Step {
  OUTSIDE(Fault.CRASH_ELSEWHERE),
  BEFORE_ROW(Fault.CRASH_BEFORE_ROW),
  BEFORE_WRITE(Fault.CRASH_ELSEWHERE),
  AFTER_WRITE(Fault.CRASH_ELSEWHERE),
  READ(Fault.CRASH_ELSEWHERE),
  BEFORE_CREATE(Fault.CRASH_BEFORE_CREATE),
  AFTER_CREATE(Fault.CRASH_AFTER_CREATE),
  BEFORE_COMPLETE(Fault.CRASH_BEFORE_COMPLETE),
  AFTER_COMPLETE(Fault.CRASH_AFTER_COMPLETE),
  AFTER_READ(Fault.CRASH_AFTER_READ),
  AFTER_TAG(Fault.CRASH_AFTER_TAG),
  BEFORE_DELETE(Fault.CRASH_BEFORE_DELETE),
  S3(Fault.CRASH_ELSEWHERE),
  PAUSE(Fault.CRASH_ELSEWHERE);

  /** What it is when the server dies here. */
  final Fault crash;

  Step(Fault crash) {
    this.crash = crash;
  }
}
