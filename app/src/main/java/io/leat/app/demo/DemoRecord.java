package io.leat.app.demo;

/**
 * A record to send, and what must become of it.
 *
 * @param stream without its blueprint
 * @param key the entity whose order it belongs to, also when the record itself does not say it
 * @param line one line of NDJSON, UTF-8, without its end
 * @param fate what must become of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DemoRecord(String stream, String key, byte[] line, Fate fate) {}
