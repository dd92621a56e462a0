package io.leat.rules.alert;

/** How bad it is, worst first. Event Management of ServiceNow numbers them 1 to 5. */
public enum Severity {
  CRITICAL,
  MAJOR,
  MINOR,
  WARNING,
  INFO
}
