/**
 * Server, authentication, limits, problem documents.
 *
 * <p>A request passes, in this order: {@link io.leat.http.HttpService} (TLS, connections), {@code
 * Requests} (its id, the bound of requests in work, at its end log and metric), {@code Cors},
 * {@link io.leat.http.Guard} (an {@link io.leat.http.Authenticator} finds the {@link
 * io.leat.http.Principal}, then rate and role), and the handler of a module's {@link
 * io.leat.http.Routes}, which reads the body by {@link io.leat.http.Bodies}. Whatever goes wrong on
 * the way ends in {@code Failures} as a {@link io.leat.http.ProblemDocument}.
 */
@NullMarked
package io.leat.http;

import org.jspecify.annotations.NullMarked;
