/**
 * The documents are true: {@link io.leat.acceptance.docs.DocsTest} runs their commands, {@link
 * io.leat.acceptance.docs.NamesInDocumentsTest} resolves what they name, {@link
 * io.leat.acceptance.docs.GeneratedReferenceTest} compares their tables with the code.
 */
@NullMarked
package io.leat.acceptance.docs;

import org.jspecify.annotations.NullMarked;
