// Shows the document of this service. No validator: it would send the document's address to another host.
SwaggerUIBundle({
  dom_id: "#page",
  url: "/openapi.json",
  deepLinking: true,
  validatorUrl: null,
});
