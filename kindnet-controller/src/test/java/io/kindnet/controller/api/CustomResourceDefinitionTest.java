package io.kindnet.controller.api;

import org.junit.jupiter.api.Test;

/** What is made from the records of the API, against the files that people use. */
class CustomResourceDefinitionTest {
  @Test
  void theManifestHasTheDefinitionOfTheRecords() throws Exception {
    new ProjectFile("install-kindnet-controller.yaml")
        .requirePart("docs/configuration.md.\n---\n", "---\n", new GeneratedDefinition().yaml());
  }

  @Test
  void theDocumentationHasTheFieldsOfTheDefinition() throws Exception {
    new ProjectFile("docs/configuration.md")
        .requirePart(
            "<!-- made from the code -->\n\n",
            "\n<!-- until here -->",
            new FieldTable(new GeneratedDefinition().spec()).markdown());
  }
}
