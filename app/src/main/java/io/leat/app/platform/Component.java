package io.leat.app.platform;

/**
 * A part of the platform.
 *
 * @param name such as {@code kafka}; also the name of its health check
 * @param address where it listens or lives
 * @param kind {@code embedded} or {@code external}
 */
public record Component(String name, String address, String kind) {}
