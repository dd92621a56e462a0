package io.leat.query;
public final class SqlRoutes implements io.leat.http.Routes {
  public SqlRoutes(QueryEngine e, io.leat.http.Bodies b) {}
  public void mount(io.vertx.ext.web.Router r, io.leat.http.Guard g) {}
}
