/** Terms of models and of training them. */
import type { Entry } from './entry';

export const learning = {
  activation: {
    term: { en: 'Activations', zh: '激活值' },
    means: {
      en: 'What the layers compute on the way from input to loss. The backward pass needs them again, so training keeps them; they grow with batch and context.',
      zh: '各层从输入算到损失途中的中间结果。反向传播还要用到，所以训练时必须留着；批大小越大、上下文越长，它们就越多。',
    },
    section: '15.3',
  },
  adamw: {
    term: { en: 'AdamW', zh: 'AdamW' },
    means: {
      en: 'The usual optimizer for transformers. It keeps a running mean of each parameter’s gradient and of its square, and scales every step by them.',
      zh: '训练 Transformer 最常用的优化器。它为每个参数保存梯度的滑动平均和梯度平方的滑动平均，并据此决定每一步迈多大。',
    },
    section: '15.1',
  },
  backward: {
    term: { en: 'Backward pass', zh: '反向传播' },
    means: {
      en: 'Goes through the layers from the last to the first and computes their gradients. It takes about twice as long as the forward pass.',
      zh: '从最后一层走回第一层，算出各层的梯度。用时大约是前向的两倍。',
    },
    section: '15.3',
  },
  batch: {
    term: { en: 'Batch', zh: '批次' },
    means: {
      en: 'The sequences that one training step reads. A larger batch gives a less noisy gradient, and takes more memory and time.',
      zh: '一步训练所读的全部序列，其条数就是批大小。批大小越大，梯度的噪声越小，但内存和时间也用得越多。',
    },
    section: '15.3',
  },
  bigram: {
    term: { en: 'Bigram model', zh: '二元模型（bigram）' },
    means: {
      en: 'Predicts the next token from the one before it, by how often the pair stands in the text. It is a table and needs no training.',
      zh: '只看前一个词元来预测下一个：根据文本中两者相连出现的次数。它只是一张表，不需要训练。',
    },
    section: '15',
  },
  context: {
    term: { en: 'Context length', zh: '上下文长度' },
    means: {
      en: 'How many tokens the model sees at once. In training, it is the length of a sequence.',
      zh: '模型一次能看到多少个词元；训练时就是一条序列的长度。',
    },
    section: '15.3',
  },
  epoch: {
    term: { en: 'Epoch', zh: '轮次（epoch）' },
    means: {
      en: 'One pass over the whole training text. The runs here are short: many see only a part of it.',
      zh: '把全部训练文本读过一遍。这里的运行都很短，往往一遍也没读完。',
    },
    section: '15.1',
  },
  forward: {
    term: { en: 'Forward pass', zh: '前向传播' },
    means: {
      en: 'Goes through the layers from the first to the last and computes the model’s output, and from it the loss.',
      zh: '从第一层走到最后一层，算出模型的输出，再由它得出损失。',
    },
    section: '15.3',
  },
  gradient: {
    term: { en: 'Gradient', zh: '梯度' },
    means: {
      en: 'For each parameter that learns, how much the loss would change if it did. It takes as much memory as the parameters.',
      zh: '对每个参与学习的参数，损失会随它怎样变化。它占用的内存与参数一样多。',
    },
    section: '15.1',
  },
  'learning-rate': {
    term: { en: 'Learning rate', zh: '学习率' },
    means: {
      en: 'How far the parameters move in one step. Too small, and training takes forever; too large, and it overshoots and spoils what was learned.',
      zh: '每一步参数移动多远。太小，训练慢得没有尽头；太大，就会越过目标，甚至毁掉已经学到的东西。',
    },
    section: '15.1',
  },
  nat: {
    term: { en: 'Nat', zh: 'nat（自然单位）' },
    means: {
      en: 'Unit of the loss: surprise, measured with the natural logarithm. 1 nat is 1.44 bits; a token predicted with probability p costs −ln p nats.',
      zh: '损失的单位：用自然对数度量的“意外程度”。1 nat 等于 1.44 比特；以概率 p 猜中一个词元，损失为 −ln p nat。',
    },
    section: '15',
  },
  'optimizer-state': {
    term: { en: 'Optimizer state', zh: '优化器状态' },
    means: {
      en: 'What the optimizer remembers from step to step. With AdamW it is two numbers for each parameter that learns.',
      zh: '优化器从上一步记到下一步的数据。AdamW 要为每个参与学习的参数记两个数。',
    },
    section: '15.1',
  },
  perplexity: {
    term: { en: 'Perplexity', zh: '困惑度' },
    means: {
      en: 'e to the power of the loss: as if the model chose among that many equally likely tokens. A loss of 5 nats is a perplexity of about 148.',
      zh: 'e 的“损失”次方：相当于模型在这么多个同样可能的词元中挑选。损失为 5 nat 时，困惑度约为 148。',
    },
    section: '15',
  },
  token: {
    term: { en: 'Token', zh: '词元（token）' },
    means: {
      en: 'The unit in which a model reads and writes: a byte, a character, or a piece of a word. What counts as one is the tokenizer’s choice.',
      zh: '模型读写的最小单位：一个字节、一个字符，或词的一部分。怎样切分由分词器决定。',
    },
    section: '15',
  },
  unigram: {
    term: { en: 'Unigram model', zh: '一元模型（unigram）' },
    means: {
      en: 'Predicts every token by its frequency alone, whatever stands before it. Whoever does worse has learned nothing yet.',
      zh: '不看上文，只按每个词元出现的频率来预测。连它都不如，就是还什么都没学到。',
    },
    section: '15',
  },
  'validation-loss': {
    term: { en: 'Validation loss', zh: '验证损失' },
    means: {
      en: 'The loss on text that is never trained on. It tells learning from memorizing.',
      zh: '在从不用于训练的文本上测得的损失。它能分清是学会了，还是只是背下来了。',
    },
    section: '15.1',
  },
  vocabulary: {
    term: { en: 'Vocabulary', zh: '词表' },
    means: {
      en: 'All tokens that a model knows. Each has a row of numbers in the embedding, and a score in the output layer.',
      zh: '模型认识的全部词元。每个词元在嵌入层里有一行数，在输出层里有一个分数。',
    },
    section: '15',
  },
  'warm-up': {
    term: { en: 'Warm-up', zh: '预热' },
    means: {
      en: 'The first steps, in which the learning rate rises from zero to its peak, since the optimizer’s averages are still unreliable.',
      zh: '最初的若干步，学习率从零升到峰值，因为这时优化器的滑动平均还不可靠。',
    },
    section: '15.1',
  },
} as const satisfies Record<string, Entry>;
