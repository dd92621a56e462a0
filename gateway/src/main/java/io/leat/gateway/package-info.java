/**
 * Ingest over HTTP. The way of an event here: {@code EventRoutes} takes the request and reads its
 * body; a {@code Submission} runs on a worker, where a {@code RecordSource} reads one record after
 * another and {@code EventPreparation} judges each and makes it a {@code Message}; what is refused
 * goes to {@code Rejections}; all of it is one {@code Handover}, which the {@code Publisher} sends
 * to Kafka; when every outcome is known, or time is up, {@code Answers} tells the client.
 */
@NullMarked
package io.leat.gateway;

import org.jspecify.annotations.NullMarked;
