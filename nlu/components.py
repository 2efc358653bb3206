"""Rasa's view of the library: thin graph components, no logic of their own.

Rasa wires a component's arguments by name and reads their annotations at run time, so names and types are Rasa's.
"""

import dataclasses
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import Classifier
from nlu.entities import find_entities
from nlu.labels import DIALOGUE, FOLLOW_UP
from nlu.parse import rank
from nlu.segment import Reading, read
from nlu.training import Recipe, train

TOKENS = "text_tokens"
ASPECT = "aspect"
WITHOUT_ASPECT = DIALOGUE - {FOLLOW_UP}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Normalised text cut into Vietnamese words."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "VietnameseTokenizer":
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        tokens, start = [], 0
        for word in read(message.get(attribute)).words:
            tokens.append(Token(word, start))
            start += len(word) + 1
        return tokens


class _Head(GraphComponent):
    """A classifier that Rasa trains, stores and asks."""

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, head: Any) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._head = head

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return dataclasses.asdict(Recipe())

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "_Head":
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "_Head":
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Classifier.load(folder))

    def _learn(self, sentences: List[str], labels: List[str]) -> Resource:
        options = {name: self._config[name] for name in dataclasses.asdict(Recipe())}
        self._head = train(sentences, labels, Recipe(**options))
        with self._model_storage.write_to(self._resource) as folder:
            self._head.save(folder)
        return self._resource


def _reading(message: Message) -> Reading:
    return Reading.of_words([token.text for token in message.get(TOKENS, [])])


def _as_dict(guess: Any) -> Dict[str, Any]:
    return {"name": guess.id, "confidence": guess.confidence}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_Head, IntentClassifier):
    """Which entry of the knowledge, or which dialogue intent."""

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        return self._learn([example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples])

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            ranking = [_as_dict(guess) for guess in rank(self._head, _reading(message))]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AspectClassifier(_Head, IntentClassifier):
    """Which part of the answer is wanted: the metadata `aspect` of an intent's block of examples."""

    def train(self, training_data: TrainingData) -> Resource:
        labelled = [
            (example.get(TEXT), example.get("metadata")[INTENT][ASPECT])
            for example in training_data.intent_examples
            if example.get("metadata", {}).get(INTENT, {}).get(ASPECT) and example.get(INTENT) not in WITHOUT_ASPECT
        ]
        return self._learn([text for text, _ in labelled], [aspect for _, aspect in labelled])

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            message.set(ASPECT, _as_dict(rank(self._head, _reading(message))[0]), add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class VietnameseEntities(GraphComponent, EntityExtractorMixin):
    """Codes, dates, numbers and places, by their form."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "VietnameseEntities":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            found = [
                {"entity": entity.type, "value": entity.value, "start": entity.start, "end": entity.end}
                for entity in find_entities(message.get(TEXT))
            ]
            message.set(ENTITIES, self.add_extractor_name(found), add_to_output=True)
        return messages
