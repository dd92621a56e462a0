/**
 * The engines inside the process: Kafka and Flink as threads of it, PostgreSQL as its child, all
 * bound to loopback, their files in one {@link io.leat.app.engine.DataDirectory}.
 */
@NullMarked
package io.leat.app.engine;

import org.jspecify.annotations.NullMarked;
