/**
 * Ingest from MQTT brokers. The way of a message here: a {@code BrokerClient} speaks MQTT 5 or
 * 3.1.1 and hands what comes to its {@code MqttConnection}, where {@code Arrivals} finds the
 * subscription and {@code HeldBytes} bounds what waits. A thread gives batches to {@code
 * MessageIngest} until each message has its fate, and only then lets the broker forget it.
 */
@NullMarked
package io.leat.gateway.mqtt;

import org.jspecify.annotations.NullMarked;
