/**
 * Connections to where a blueprint says, and never to where it must not: {@link
 * io.leat.action.outbound.Addresses} resolves a host and judges what it finds, {@link
 * io.leat.action.outbound.SafeHttp} connects to exactly that and tells whether a request that
 * failed had been sent. {@link io.leat.action.outbound.Secrets} stand behind references.
 */
@NullMarked
package io.leat.action.outbound;

import org.jspecify.annotations.NullMarked;
