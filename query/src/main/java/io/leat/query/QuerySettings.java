package io.leat.query;
public record QuerySettings() { public static QuerySettings defaults() { return new QuerySettings(); } }
