/**
 * Configuration files in YAML 1.2 whose every mistake is found at once and reported with its line:
 * {@link io.leat.blueprint.yaml.YamlFile} reads a file, {@link io.leat.blueprint.yaml.Section} and
 * {@link io.leat.blueprint.yaml.Value} give its parts their types, {@link
 * io.leat.blueprint.yaml.Problems} gathers what is wrong.
 */
@NullMarked
package io.leat.blueprint.yaml;

import org.jspecify.annotations.NullMarked;
