package io.kindnet.packaging;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/** A program that reads each of its arguments as a JSON number. */
final class NumbersRead {
  private NumbersRead() {}

  /** One of the ways to read a number. */
  private interface Reading {
    Object from(JsonParser json) throws IOException;
  }

  /**
   * Prints what each number was read as, or why it could not be.
   *
   * @param arguments {@code whole} or {@code decimal}, and the numbers
   */
  public static void main(String[] arguments) throws IOException {
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[0].equals("whole")) {
        print(arguments[i], JsonParser::getLongValue);
      } else {
        print(arguments[i], JsonParser::getDecimalValue);
        // what was read as a decimal is compared with the limits as one
        print(arguments[i], json -> json.getDecimalValue().signum() + " " + json.getIntValue());
        print(arguments[i], json -> json.getDecimalValue().signum() + " " + json.getLongValue());
      }
    }
  }

  private static void print(String number, Reading reading) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(number)) {
      json.nextToken();
      System.out.println(reading.from(json));
    } catch (JsonProcessingException refused) {
      System.out.println(refused.getOriginalMessage());
    }
  }
}
